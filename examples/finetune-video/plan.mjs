// Fine-tuning on clips from several starts; budgets are small, for two cores. examples/comparison/plan.mjs says what is done with them.
// Procedural motion needs no files: parts differ in their seed. Its classes are motions, which no single frame tells.

const budgets = {
  full: {
    videos: 6400,
    labelled: 1600,
    held: 800,
    teacherEpochs: 2,
    studentEpochs: 2,
    epochs: 8,
    trialEpochs: 3,
    studentLr: 2e-3,
    learningRates: [5e-4, 1e-3, 2e-3],
  },
  smoke: {
    videos: 32,
    labelled: 32,
    held: 16,
    teacherEpochs: 1,
    studentEpochs: 1,
    epochs: 1,
    trialEpochs: 1,
    learningRates: [1e-3],
  },
};

/** What is compared on; `isSmoke` for the smallest budgets. */
export function datasetsOf({ isSmoke }) {
  const { videos, labelled, held, ...budget } = isSmoke ? budgets.smoke : budgets.full;
  const drawn = (count, seed) => `procedural-motion:${count}:${seed}:4`;
  return {
    motion: {
      title: `Procedural motion, ${labelled} labelled videos of 4 classes`,
      ...budget,
      train: drawn(videos, 0),
      labelled: drawn(labelled, 0),
      tune: drawn(held, 1),
      test: drawn(held, 2),
      // Pixels alone teach motion too slowly for such budgets: the teacher has learned it from labels, of other videos.
      teach: drawn(videos, 3),
      input: {
        'model.imageSize': 48,
        'model.patch': 8,
        'model.frames': 8,
        'model.tubelet': 2,
        'data.stride': 2,
        'data.flip': false,
        'data.scale': '[0.8, 1]',
        // Models are small, and drawing clips takes a thread too.
        'optim.batchSize': 32,
        'optim.warmupShare': 0.1,
        'run.threads': 1,
      },
      pretraining: { 'mask.type': 'random', 'target.normPix': false },
      teacher: encoder(96, 4),
      student: encoder(64, 3),
      decoder: { 'model.decoder.width': 64, 'model.decoder.depth': 1, 'model.decoder.heads': 2 },
      // Nothing is mixed or mirrored: half of a motion is another motion.
      finetuning: { 'run.evalEvery': '1 epoch', 'model.dropPath': 0 },
      testing: ['--clips', '1', '--crops', '1', '--stride', '2'],
    },
  };
}

/** Heads of 32 channels, and the positions from which small models learn soonest. */
function encoder(width, depth) {
  const sizes = { 'model.width': width, 'model.depth': depth, 'model.heads': width / 32 };
  return { 'model.preset': 'video-nano', ...sizes, 'model.positions': 'sincos-3d' };
}
