// Fine-tuning on images from several starts; budgets are small, for two cores. examples/comparison/plan.mjs says what is done with them.
import { join } from 'node:path';

const sets = {
  caltech101: {
    title: 'Caltech-101, 1,500 labelled images',
    imageSize: 64,
    patch: 8,
    teacherEpochs: 20,
    studentEpochs: 10,
    labels: 1500,
  },
  tinyimagenet22: {
    title: '22 classes of Tiny ImageNet, 1,500 labelled images',
    imageSize: 64,
    patch: 8,
    teacherEpochs: 12,
    studentEpochs: 6,
    labels: 1500,
  },
  cifar10: {
    title: 'CIFAR-10, 1,500 labelled images',
    imageSize: 32,
    patch: 4,
    teacherEpochs: 12,
    studentEpochs: 6,
    labels: 1500,
  },
};

/** Names of the sets that there are budgets for. */
export const names = Object.keys(sets);

/** Of anything that --data takes: budgets that show that every part works, and nothing else. */
const smoke = { teacherEpochs: 1, studentEpochs: 1, epochs: 1, trialEpochs: 1, learningRates: [1e-3] };

/**
 * @param given names of sets
 * @param options `data`, where they lie divided; `isSmoke` for the smallest budgets
 */
export function datasetsOf(given, { data, isSmoke }) {
  return Object.fromEntries(
    given.map((name) => {
      const { title, imageSize, patch, labels, ...budget } = sets[name];
      const part = (which) => join(data, name, which);
      return [
        name,
        {
          title,
          epochs: 10,
          trialEpochs: 3,
          learningRates: [5e-4, 1e-3, 2e-3],
          ...budget,
          ...(isSmoke && smoke),
          train: part('train'),
          tune: part('tune'),
          test: part('test'),
          input: {
            'model.imageSize': imageSize,
            'model.patch': patch,
            'optim.batchSize': 32,
            'optim.warmupShare': 0.1,
          },
          pretraining: { 'data.scale': '[0.4, 1]', 'model.decoder.depth': 2 },
          teacher: { 'model.preset': isSmoke ? 'nano' : 'small', 'model.decoder.width': 128, 'model.decoder.heads': 4 },
          student: { 'model.preset': isSmoke ? 'nano' : 'tiny' },
          decoder: { 'model.decoder.width': 96, 'model.decoder.heads': 3 },
          finetuning: {
            // Nothing is mixed or erased: in ten epochs there is little to overfit to.
            'data.trainLimit': labels,
            'data.scale': '[0.3, 1]',
            'data.cropShare': 1,
            'run.evalEvery': '1 epoch',
            'model.dropPath': 0,
          },
          testing: ['--crop-share', '1'],
        },
      ];
    }),
  );
}
