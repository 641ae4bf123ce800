// Pre-trains a masked autoencoder from the libraries, without the command line.
//
//   npm run build:js && node examples/library-pretrain/main.mjs [images] [steps]
//
// Images are drawn unless a folder, a list or tars are given. The run goes to runs/library, which `masked-distill visualize` can read.
import {
  createImageLoader,
  createProceduralSource,
  IMAGENET_MEAN as mean,
  openImageSource,
  IMAGENET_STD as std,
} from '@masked-distill/image-data';
import { indexMasks, MaskedAutoencoder, maskIndicesFrom } from '@masked-distill/mae';
import { randomMasking } from '@masked-distill/masking';
import { createRng, useEngine, warmupCosine } from '@masked-distill/tensor-core';
import { createRunFolder, train } from '@masked-distill/train';
import { vitSizes } from '@masked-distill/vit';

const [path, steps = '100'] = process.argv.slice(2);
const seed = 0;
const totalSteps = Number(steps);
const size = { h: 32, w: 32 };

// Files to batches of pixels, on worker threads: [B, 32, 32, 3].
const source = path ? await openImageSource(path) : createProceduralSource({ length: 2000, size: 32 });
const loader = createImageLoader(source, {
  batchSize: 32,
  imageSize: [size.h, size.w],
  transform: { kind: 'train', mean, std },
  seed,
});

const engine = await useEngine();
const encoder = { ...vitSizes.nano, imageSize: size, patch: { h: 4, w: 4 } };
const decoder = { width: 64, depth: 2, heads: 2 };
const model = new MaskedAutoencoder({ encoder, decoder, normPixLoss: true }, { rng: createRng(seed, 'init') });
const { grid } = model.encoder;

// Which patches the encoder sees: plain index arrays, which enter the step as arguments.
const sampler = randomMasking({ ratio: 0.75 });
function maskArguments(step, count) {
  const masks = Array.from({ length: count }, (_, i) => sampler.sample(grid, createRng(seed, 'mask', step, i)));
  const vector = (data) => ({ data, shape: [data.length] });
  return Object.fromEntries(
    Object.entries(indexMasks(masks, { grid })).flatMap(([name, { rows, inverse }]) => [
      [`${name}.rows`, vector(rows)],
      [`${name}.inverse`, vector(inverse)],
    ]),
  );
}

/** @type {import('@masked-distill/train').TrainingTask} */
const task = {
  module: model,
  description: { architecture: 'masked-autoencoder', model: model.config, normalization: { mean, std } },
  batchesPerEpoch: loader.stepsPerEpoch,
  async *batches(from) {
    for await (const { pixels, shape, keys, step } of loader.batches({ fromStep: from, toStep: Infinity })) {
      yield {
        arguments: { pixels: { data: pixels, shape }, ...maskArguments(step, keys.length) },
        keys,
        samples: keys.length,
      };
    }
  },
  loss: (args) => ({ loss: model.loss(args.pixels, maskIndicesFrom(args)) }),
};

const run = await createRunFolder({ name: 'library', config: `steps: ${totalSteps}\n` });
const { finalLoss, checkpoint } = await train(task, {
  engine,
  run,
  totalSteps,
  learningRate: warmupCosine({ peak: 1e-3, warmupSteps: totalSteps / 10, totalSteps }),
  optimizer: { betas: [0.9, 0.95], weightDecay: 0.05 },
  checkpointEvery: 50,
  onStep: ({ step, loss }) => step % 20 === 0 && console.log(`step ${step}: loss ${loss.toFixed(3)}`),
});
console.log(`${checkpoint}: mean loss ${finalLoss.toFixed(3)} since the checkpoint before`);
await loader.close();
