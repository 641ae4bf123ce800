// Detecting actions on AVA 2.2 with a ViT-S, ViT-B or ViT-L of VideoMAE or AMD (Tong et al. 2022; the scripts of VideoMAE-Action-Detection).
//
//   masked-distill detect --preset detect-vit-b-ava --init videomae_vit_b.pth --train ava_train_v2.2.csv --val ava_val_v2.2.csv \
//     --videos FOLDER --labels ava_action_list_v2.2_for_activitynet_2019.pbtxt --exclude ava_val_excluded_timestamps_v2.2.csv \
//     --val-boxes ava_val_predicted_boxes.csv
//
// Published frame-mAP of VideoMAE, pre-trained on Kinetics-400 without labels: ViT-S 22.5, ViT-B 26.7, ViT-L 34.3; of AMD, ViT-B: 29.9.
// From an encoder that was also fine-tuned on Kinetics-400: 28.4, 31.8, 37.0 and 33.5. That takes `--blr 5e-4`, and a ViT-L
// `--layer-decay 0.8 --epochs 20` too. Not reproduced by this project.
//
// Published: 128 clips a step, epochs, warm-up, rates, layer decay, drop path, head's scale, sampling, pixels' mean and deviation, boxes of a
// clip. OURS: every frame at 224x224, as the encoder was pre-trained, where VideoMAE keeps a frame's shape, its short side at 256 and its long
// one at 464 at most, with positions interpolated; no colour jitter; the classes of --labels, the 60 that are judged, where VideoMAE trains
// all 80. So expect less than is published. docs/detect.md tells how the judging compares.
//
// Batches are accumulated ones of 4 clips; with more memory raise --batch-size and lower --accumulation by the same factor.
//
// Cost, counted from the matrix products of forward and backward over 211 k clips: ViT-S 2.2e18, ViT-B 6.8e18, ViT-L 2.3e19 floating-point
// operations, and for a ViT-L a third more, since its blocks are computed twice. `--dry-run` says how long that would be here.
import type { DetectPatch } from '../detect-config.ts';
import type { Preset } from './preset.ts';

const CLIPS = 128;
const CLIPS_AT_ONCE = 4;

interface AvaRecipe {
  readonly size: 'small' | 'base' | 'large';
  /** Learning rate per 256 clips. */
  readonly rate: number;
  readonly layerDecay: number;
}

function avaPreset({ size, rate, layerDecay }: AvaRecipe): readonly [name: string, preset: Preset<DetectPatch>] {
  const letter = size[0]!;
  const name = `detect-vit-${letter}-ava`;
  const config: DetectPatch = {
    model: {
      preset: `video-${size}`,
      imageSize: [224, 224],
      patch: [16, 16],
      frames: 16,
      tubelet: 2,
      dropPath: 0.2,
      headInitScale: 1e-3,
      maxBoxes: 100,
    },
    data: {
      stride: 4,
      flip: true,
      jitter: true,
      minBoxScore: 0.8,
      mean: [122.7717 / 255, 115.9465 / 255, 102.9801 / 255],
      std: [0.225, 0.225, 0.225],
    },
    optim: {
      batchSize: CLIPS_AT_ONCE,
      accumulation: CLIPS / CLIPS_AT_ONCE,
      gradientCheckpointing: size === 'large',
      // The published least rate is scaled by the batch, as the peak is.
      epochs: 30,
      warmupEpochs: 5,
      blr: rate,
      minLr: (1e-6 * CLIPS) / 256,
      layerDecay,
      betas: [0.9, 0.999],
      eps: 1e-8,
      weightDecay: 0.05,
      clipNorm: 'off',
      ema: 'off',
    },
    run: { name, evalEvery: '10 epochs' },
  };
  return [name, { is: `ViT-${letter.toUpperCase()} on AVA 2.2, 30 epochs at ${CLIPS} clips`, config }];
}

/** What `--preset` takes for `detect`: VideoMAE's recipes for AVA, from an encoder that has seen no labels. */
export const detectPresets: ReadonlyMap<string, Preset<DetectPatch>> = new Map([
  avaPreset({ size: 'small', rate: 1e-3, layerDecay: 0.6 }),
  avaPreset({ size: 'base', rate: 2.5e-4, layerDecay: 0.75 }),
  avaPreset({ size: 'large', rate: 2.5e-4, layerDecay: 0.75 }),
]);
