// Fine-tuning on clips from several starts; budgets are small, for two cores. examples/comparison/plan.mjs says what is done with them.
import { join } from 'node:path';

/** Sets of real videos that there are budgets for. */
export const names = ['video4'];

/** Budgets that show that every part works, and nothing else. */
const smoke = { teacherEpochs: 1, studentEpochs: 1, epochs: 1, trialEpochs: 1, learningRates: [1e-3] };

/** What both kinds of video share: models are small, and making clips takes a thread too. */
const input = { 'model.frames': 8, 'model.tubelet': 2, 'optim.warmupShare': 0.1, 'run.threads': 1 };

/**
 * What all starts share, since budgets are short and encoders have few layers: a head at its full scale, where the published 1e-3 keeps the
 * gradient from the encoder at first, and one learning rate for all layers, where the published decay of 0.75 suits twelve.
 */
const finetuning = {
  'run.evalEvery': '1 epoch',
  'model.dropPath': 0,
  'model.headInitScale': 1,
  'optim.layerDecay': 1,
};

/**
 * Procedural motion, which needs no files: parts differ in their seed. Its classes are motions, which no single frame tells. Pixels alone teach
 * motion too slowly for such budgets: the teacher has learned it from labels, of other videos.
 */
function motion(isSmoke) {
  const [videos, labelled, held] = isSmoke ? [32, 32, 16] : [6400, 64, 800];
  const drawn = (count, seed) => `procedural-motion:${count}:${seed}:4`;
  return {
    title: `Procedural motion, ${labelled} labelled videos of 4 classes`,
    train: drawn(videos, 0),
    labelled: drawn(labelled, 0),
    tune: drawn(held, 1),
    test: drawn(held, 2),
    teach: drawn(videos, 3),
    teacherEpochs: 2,
    studentEpochs: 2,
    studentLr: 2e-3,
    epochs: 128,
    trialEpochs: 48,
    // Nothing is mixed or mirrored: half of a motion is another motion.
    input: {
      ...input,
      'model.imageSize': 48,
      'model.patch': 8,
      'data.stride': 2,
      'data.flip': false,
      'data.scale': '[0.8, 1]',
      'optim.batchSize': 32,
    },
    pretraining: { 'mask.type': 'random', 'target.normPix': false },
    teacher: encoder(96, 4),
    student: encoder(64, 3),
    decoder: decoder(64),
    finetuning: { ...finetuning, 'run.evalEvery': '16 epochs' },
    testing: ['--clips', '1', '--crops', '1', '--stride', '2'],
  };
}

/** Real videos, of which there are few: many epochs, and a teacher that learned from pixels alone, as in the paper. */
function real(title, folder) {
  return {
    title,
    train: join(folder, 'train'),
    tune: join(folder, 'tune'),
    test: join(folder, 'test'),
    teacherEpochs: 40,
    studentEpochs: 20,
    epochs: 10,
    trialEpochs: 3,
    input: {
      ...input,
      'model.imageSize': 64,
      'model.patch': 8,
      'data.stride': 4,
      'data.scale': '[0.5, 1]',
      'optim.batchSize': 16,
    },
    pretraining: {},
    teacher: encoder(192, 6),
    student: encoder(96, 4),
    decoder: decoder(64),
    finetuning,
    testing: ['--clips', '2', '--crops', '1', '--stride', '4'],
  };
}

/**
 * @param given names of sets of real videos, beside procedural motion
 * @param options `data`, where they lie divided; `isSmoke` for the smallest budgets
 */
export function datasetsOf(given, { data, isSmoke }) {
  const sets = {
    motion: motion(isSmoke),
    video4: real('video4, real videos of 4 classes', join(data, 'video4')),
  };
  return Object.fromEntries(
    ['motion', ...given].map((name) => [
      name,
      { learningRates: [5e-4, 1e-3, 2e-3], ...sets[name], ...(isSmoke && smoke) },
    ]),
  );
}

/** Heads of 32 channels, and the positions from which small models learn soonest. */
function encoder(width, depth) {
  const sizes = { 'model.width': width, 'model.depth': depth, 'model.heads': width / 32 };
  return { 'model.preset': 'video-nano', ...sizes, 'model.positions': 'sincos-3d' };
}

function decoder(width) {
  return { 'model.decoder.width': width, 'model.decoder.depth': 1, 'model.decoder.heads': width / 32 };
}
