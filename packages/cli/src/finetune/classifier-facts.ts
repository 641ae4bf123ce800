import { type TokenGrid, tokenCount } from '@masked-distill/masking';
import type { Classifier } from '@masked-distill/vit';
import type { CompleteFinetuneConfig } from '../config/finetune-config.ts';
import { isVideo } from '../config/model-name.ts';
import { encoderFlops } from '../pretrain/mae-flops.ts';
import { formatCount } from '../progress/format.ts';
import type { ModelFacts } from '../progress/progress.ts';
import type { RunSources } from '../run/open-sources.ts';

/** What the first screen says of a classifier. */
export function classifierFacts(
  model: Classifier,
  { config, sources }: { config: CompleteFinetuneConfig; sources: RunSources },
): ModelFacts {
  const { width, depth, heads, imageSize, patch, preset, pooling, init, frames, tubelet } = config.model;
  const parameters = { encoder: 0, head: 0, frozen: 0 };
  for (const [name, { size, trainable }] of model.namedVariables()) {
    parameters[!trainable ? 'frozen' : /^(head|fc_norm)\./.test(name) ? 'head' : 'encoder'] += size;
  }
  const { frozen, ...trained } = parameters;
  const [clip, cube] = isVideo(config.model) ? [`${frames}x`, `${tubelet}x`] : ['', ''];
  const tokens = tokenCount(model.encoder.grid);
  const { train, validation, modality } = sources;
  const judged = validation && `${formatCount(validation.length)} ${modality.words.many}`;
  return {
    title: `fine-tuning ${config.run.name}`,
    model:
      `classifier of ${train.classes!.length} classes, ViT-${preset} ${width}x${depth} (${heads} heads), ` +
      `${clip}${imageSize.join('x')} px, patch ${cube}${patch.join('x')}, pooling ${pooling}`,
    parameters: frozen > 0 ? parameters : trained,
    tokens: { all: tokens, visible: tokens },
    rows: [
      ['starts from', init === 'none' ? 'fresh weights' : init!],
      ['judged by', judged ?? 'nothing: neither --val nor --val-share'],
    ],
  };
}

/** Operations of a sample's share of a step: forward, and twice as many backward through the blocks that are trained. */
export function classifierFlops(
  encoder: Parameters<typeof encoderFlops>[0],
  { grid, freeze }: { grid: TokenGrid; freeze: number },
): number {
  return encoderFlops(encoder, tokenCount(grid)) * (1 + 2 * (1 - freeze / encoder.depth));
}
