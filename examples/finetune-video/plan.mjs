// Fine-tuning on clips from several starts; budgets are small, for two cores. examples/comparison/plan.mjs says what is done with them.
// Procedural motion needs no files: parts differ in their seed. Its classes are motions, which no single frame tells.

const budgets = {
  full: {
    videos: 2000,
    held: 400,
    teacherEpochs: 10,
    studentEpochs: 10,
    epochs: 15,
    trialEpochs: 5,
    learningRates: [5e-4, 1e-3, 2e-3],
  },
  smoke: { videos: 32, held: 16, teacherEpochs: 1, studentEpochs: 1, epochs: 1, trialEpochs: 1, learningRates: [1e-3] },
};

/** What is compared on; `isSmoke` for the smallest budgets. */
export function datasetsOf({ isSmoke }) {
  const { videos, held, ...budget } = isSmoke ? budgets.smoke : budgets.full;
  const drawn = (count, seed) => `procedural-motion:${count}:${seed}`;
  return {
    motion: {
      title: `Procedural motion, ${videos} videos`,
      ...budget,
      ...{ train: drawn(videos, 0), tune: drawn(held, 1), test: drawn(held, 2) },
      input: {
        ...{
          'model.imageSize': 64,
          'model.patch': 16,
          'model.frames': 8,
          'model.tubelet': 2,
          'data.stride': 2,
          'data.flip': false,
        },
        ...{ 'optim.batchSize': 16, 'optim.warmupShare': 0.1 },
      },
      pretraining: { 'data.scale': '[0.6, 1]', 'model.decoder.depth': 2, 'mask.type': 'tube' },
      teacher: {
        'model.preset': isSmoke ? 'video-nano' : 'video-small',
        'model.decoder.width': 128,
        'model.decoder.heads': 4,
      },
      student: { 'model.preset': isSmoke ? 'video-nano' : 'video-tiny' },
      decoder: { 'model.decoder.width': 96, 'model.decoder.heads': 3 },
      // Nothing is mixed or mirrored: half of a motion is another motion.
      finetuning: { 'data.scale': '[0.6, 1]', 'run.evalEvery': '1 epoch' },
      testing: ['--clips', '1', '--crops', '1', '--stride', '2'],
    },
  };
}
