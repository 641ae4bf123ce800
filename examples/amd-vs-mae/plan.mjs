// What is compared, as plain data: jobs, each a call of `masked-distill`, in an order in which each finds what it needs.
//
// Budgets are small, for two cores. Every student sees its images equally often; what distillation costs in time is reported beside it,
// and `mae-equal-time` gives the plain masked autoencoder the time that AMD took.
import { fromScratch } from '../comparison/plan.mjs';

/** What sets of images share. */
const ofImages = {
  methods: ['mae', 'dmae', 'amd'],
  teacher: image('small', 128, 4),
  student: image('tiny', 96, 3),
};

/**
 * What models train on, and for how many epochs; `labels` are the samples that fine-tuning learns from. A set with `trialEpochs` chooses its
 * learning rates itself, another takes those of the set it names in `tunedOn`. `parts` stand where nothing has to be given and divided; with `teach`
 * among them the teacher is a classifier that learned from those, with their labels.
 */
export const datasets = {
  tinyimagenet22: {
    ...ofImages,
    imageSize: 64,
    patch: 8,
    teacherEpochs: 12,
    studentEpochs: 4,
    labels: 1771,
    trialEpochs: 1,
    ablationEpochs: 1,
    equalTime: true,
  },
  cifar10: {
    ...ofImages,
    imageSize: 32,
    patch: 4,
    teacherEpochs: 6,
    studentEpochs: 2,
    labels: 1400,
    tunedOn: 'tinyimagenet22',
  },
  motion: {
    methods: ['mae', 'amd'],
    teacher: clip(96, 4),
    student: reconstructing(clip(64, 3)),
    imageSize: 48,
    patch: 8,
    teacherEpochs: 2,
    studentEpochs: 2,
    labels: 1600,
    trialEpochs: 1,
    // Models are small, and drawing clips takes a thread too.
    data: { 'data.scale': '[0.8, 1]', 'data.stride': 2, 'data.flip': false, 'run.threads': 1 },
    parts: {
      train: 'procedural-motion:6400:0:4',
      tune: 'procedural-motion:640:1:4',
      test: 'procedural-motion:1600:2:4',
      teach: 'procedural-motion:6400:3:4',
      probe: 'procedural-motion:1600:0:4',
    },
  },
};

/** An encoder of images by its preset, and the decoder beside it. */
function image(preset, width, heads) {
  return { 'model.preset': preset, ...decoder(width, 2, heads) };
}

/** An encoder of 8 frames, in heads of 32 channels, with the positions from which small models learn soonest. */
function clip(width, depth) {
  const sizes = { 'model.width': width, 'model.depth': depth, 'model.heads': width / 32 };
  return { 'model.preset': 'video-nano', ...sizes, 'model.frames': 8, 'model.positions': 'sincos-3d' };
}

/** The same with a decoder: cubes are hidden anywhere, and not normalised, since most of flat ones is grain once they are. */
function reconstructing(encoder) {
  return { ...encoder, ...decoder(64, 1, 2), 'mask.type': 'random', 'target.normPix': false };
}

function decoder(width, depth, heads) {
  return { 'model.decoder.width': width, 'model.decoder.depth': depth, 'model.decoder.heads': heads };
}

/** The students: what each changes in `distill`, or nothing where there is no teacher. */
export const methods = {
  mae: undefined,
  dmae: {
    'mask.teacherRatio': 0.75,
    'align.loss': 'l1',
    'align.generationWeight': 0,
    'align.directStudent': '[9]',
    'align.directTeacher': '[9]',
  },
  amd: {},
};

/** What the method stands on: one change to `amd` at a time. */
export const ablations = {
  amd: {},
  'teacher-0.25': { 'mask.teacherRatio': 0.25 },
  'teacher-0.65': { 'mask.teacherRatio': 0.65 },
  'teacher-0.75': { 'mask.teacherRatio': 0.75, 'align.generationWeight': 0 },
  'direct-only': { 'align.generationWeight': 0 },
  'generation-only': { 'align.directWeight': 0 },
  parallel: { 'align.generator': 'parallel' },
  'last-layer': {
    'align.directStudent': '[12]',
    'align.directTeacher': '[12]',
    'align.generationStudent': '[12]',
    'align.generationTeacher': '[12]',
  },
  'int8-teacher': { 'teacher.precision': 'int8' },
  'layer-norm-targets': { 'align.normalize': 'layer-norm' },
};

export const seeds = [0, 1, 2];

/** The same few for every method; each takes the one whose trial has the best linear probe on images kept for tuning. */
export const learningRates = [5e-4, 1e-3, 2e-3];

export const nameOf = {
  teacher: (dataset) => `${dataset}-teacher`,
  trial: (dataset, method, lr) => `${dataset}-trial-${method}-${lr}`,
  student: (dataset, method, seed) => `${dataset}-${method}-${seed}`,
  ablation: (ablation) => `ablation-${ablation}`,
  probe: (run, part = 'test') => `${run}-probe-${part}`,
  finetune: (run) => `${run}-finetune`,
};

/**
 * The jobs on these datasets.
 *
 * @param given the names of the datasets
 * @param folders `data`, where prepare-data.mjs put the images, and `runs`
 * @param learned what earlier jobs tell: `lr(dataset, method)` and `equalTimeEpochs(dataset)`; undefined until they are done
 */
export function planJobs(given, folders, learned) {
  const on = given.map((dataset) => ({
    dataset,
    tunedOn: dataset,
    ...datasets[dataset],
    make: jobMaker(dataset, folders),
  }));
  const teachers = ({ dataset, teacherEpochs, make }) => {
    const name = nameOf.teacher(dataset);
    return [make.teacher(name, teacherEpochs), make.probe(name)];
  };
  const trials = ({ dataset, methods: compared, trialEpochs: epochs, make }) =>
    !epochs
      ? []
      : compared.flatMap((method) =>
          learningRates.flatMap((lr) => {
            const name = nameOf.trial(dataset, method, lr);
            return [make.student(name, { changes: methods[method], lr, epochs }), make.probe(name, 'tune')];
          }),
        );
  const students = ({ dataset, tunedOn, methods: compared, studentEpochs: epochs, make }) =>
    seeds.flatMap((seed) =>
      compared.flatMap((method) => {
        const name = nameOf.student(dataset, method, seed);
        const lr = learned.lr(tunedOn, method);
        return [make.student(name, { changes: methods[method], lr, epochs, seed }), ...make.judge(name, seed)];
      }),
    );
  const ablated = ({ tunedOn, ablationEpochs: epochs, make }) =>
    !epochs
      ? []
      : Object.entries(ablations).flatMap(([ablation, changes]) => {
          const name = nameOf.ablation(ablation);
          return [make.student(name, { changes, lr: learned.lr(tunedOn, 'amd'), epochs }), make.probe(name)];
        });
  const longer = ({ dataset, tunedOn, equalTime, make }) =>
    !equalTime
      ? []
      : seeds.flatMap((seed) => {
          const name = nameOf.student(dataset, 'mae-equal-time', seed);
          const epochs = learned.equalTimeEpochs(dataset);
          return [make.student(name, { lr: learned.lr(tunedOn, 'mae'), epochs, seed }), ...make.judge(name, seed)];
        });
  return on.flatMap((set) => [teachers, trials, students, longer, ablated].flatMap((jobs) => jobs(set)));
}

/**
 * Makes the jobs of one dataset. A job has a name, a verb, and settings by their paths, or plain arguments; the name of the run it judges
 * (`of`), if it judges one; and `feeds`, where the jobs after it need its weights, not only its results.
 */
function jobMaker(dataset, { data, runs }) {
  const { imageSize, patch, labels, parts, teacher, student, data: ofSet } = datasets[dataset];
  const part = (name) => parts?.[name] ?? `${data}/${dataset}/${name}`;
  const common = {
    'data.path': part('train'),
    'data.scale': '[0.4, 1]',
    'optim.batchSize': 32,
    'optim.warmupShare': 0.1,
    ...ofSet,
  };
  const quiet = { 'run.root': runs, 'run.keep': 1, 'run.checkpointEvery': '200 steps' };
  const size = { 'model.imageSize': imageSize, 'model.patch': patch };
  const input = { ...size, 'run.pictureEvery': '100000 steps' };
  const run = (name, verb, settings) => ({
    name,
    verb,
    settings: { ...common, ...quiet, ...settings, 'run.name': name },
  });

  const make = {
    teacher: (name, epochs) => ({
      ...(parts?.teach
        ? run(name, 'finetune', {
            ...size,
            ...teacher,
            ...fromScratch,
            'data.path': parts.teach,
            'model.dropPath': 0,
            'optim.epochs': epochs,
            'optim.lr': 2e-3,
          })
        : run(name, 'pretrain', { ...input, ...teacher, 'optim.epochs': epochs, 'optim.lr': 6e-4 })),
      feeds: true,
    }),
    student: (name, { changes, lr, epochs, seed = 0 }) =>
      run(name, changes ? 'distill' : 'pretrain', {
        ...input,
        ...student,
        'optim.epochs': epochs,
        'optim.lr': lr,
        'run.seed': seed,
        ...(changes && { 'teacher.path': `${runs}/${nameOf.teacher(dataset)}`, ...changes }),
      }),
    probe: (of, name = 'test') => ({
      name: nameOf.probe(of, name),
      of,
      verb: 'probe',
      arguments: [`${runs}/${of}`, '--data', parts?.probe ?? part('train'), '--val', part(name), '--crop-share', '1'],
    }),
    finetune: (of, seed) => ({
      ...run(nameOf.finetune(of), 'finetune', {
        'model.init': `${runs}/${of}`,
        'data.val': part('test'),
        'data.trainLimit': labels,
        'run.seed': seed,
        'optim.epochs': 10,
        'optim.lr': 1e-3,
        'model.dropPath': 0,
        'data.cropShare': 1,
        'run.evalEvery': '5 epochs',
      }),
      of,
    }),
    judge: (of, seed) => [make.probe(of), make.finetune(of, seed)],
  };
  return make;
}
