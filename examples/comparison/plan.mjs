// How fine-tuning from several starts is compared, as plain data: jobs, each a call of `masked-distill`, in an order in which each finds
// what it needs. Learning rates are chosen, for each start, by short runs that are judged on samples kept for tuning; the samples to test by
// are looked at once, by `eval`, when a run is done.

/** What fine-tuning starts from: fresh weights, a masked autoencoder, and one that learned from a teacher as well. */
export const starts = ['scratch', 'mae', 'amd'];

export const seeds = [0, 1, 2];

/** What a classifier of fresh weights is trained with: all layers alike, and a head at its full scale. */
export const fromScratch = { 'model.init': 'none', 'model.headInitScale': 1, 'optim.layerDecay': 1 };

export const nameOf = {
  teacher: (dataset) => `${dataset}-teacher`,
  encoder: (dataset, start) => `${dataset}-${start}`,
  trial: (dataset, start, lr) => `${dataset}-${start}-trial-${lr}`,
  run: (dataset, start, seed) => `${dataset}-${start}-finetune-${seed}`,
  test: (run) => `${run}-test`,
};

/**
 * The jobs on these datasets. A job has a name, a verb, and settings by their paths or plain words; `feeds`, where jobs after it need
 * its weights.
 *
 * @param datasets by name: see the plans of the examples
 * @param options `runs`, the folder of all runs; `lr(dataset, start)`, the learning rate that the trials chose, undefined before they are done
 */
export function planJobs(datasets, { runs, lr }) {
  return Object.entries(datasets).flatMap(([dataset, set]) => {
    const at = (name) => `${runs}/${name}`;
    const run = (name, verb, settings) => ({
      name,
      verb,
      settings: {
        ...set.input,
        ...settings,
        'run.root': runs,
        'run.name': name,
        'run.keep': 1,
        'run.checkpointEvery': '200 steps',
      },
    });
    const pretrain = (name, verb, settings) => ({
      ...run(name, verb, { 'data.path': set.train, 'run.pictureEvery': 'off', ...set.pretraining, ...settings }),
      feeds: true,
    });
    const finetune = (name, { start, rate, epochs, seed }) => {
      return run(name, 'finetune', {
        'data.path': set.labelled ?? set.train,
        'data.val': set.tune,
        ...set.finetuning,
        'optim.lr': rate,
        'optim.epochs': epochs,
        'run.seed': seed,
        ...(start === 'scratch'
          ? { ...set.student, ...fromScratch }
          : { 'model.init': at(nameOf.encoder(dataset, start)) }),
      });
    };
    /** Pre-trained as the students are, or a classifier that learned from labels of its own (`teach`). */
    const teacher = (name) => {
      const budget = { ...set.teacher, 'optim.epochs': set.teacherEpochs };
      if (!set.teach) return pretrain(name, 'pretrain', { ...budget, 'optim.lr': 6e-4 });
      return {
        ...run(name, 'finetune', {
          'data.path': set.teach,
          ...set.finetuning,
          ...fromScratch,
          ...budget,
          'optim.lr': 2e-3,
        }),
        feeds: true,
      };
    };
    const student = {
      ...set.student,
      ...set.decoder,
      'optim.epochs': set.studentEpochs,
      'optim.lr': set.studentLr ?? 1e-3,
    };
    const encoders = [
      teacher(nameOf.teacher(dataset)),
      pretrain(nameOf.encoder(dataset, 'mae'), 'pretrain', student),
      pretrain(nameOf.encoder(dataset, 'amd'), 'distill', { ...student, 'teacher.path': at(nameOf.teacher(dataset)) }),
    ];
    const trials = starts.flatMap((start) =>
      set.learningRates.map((rate) =>
        // A seed of its own: no trial is one of the runs that are reported.
        finetune(nameOf.trial(dataset, start, rate), { start, rate, epochs: set.trialEpochs, seed: 100 }),
      ),
    );
    const finals = seeds.flatMap((seed) =>
      starts.flatMap((start) => {
        const name = nameOf.run(dataset, start, seed);
        const words = ['--checkpoint', at(name), '--data', set.test, '--output', at(nameOf.test(name)), ...set.testing];
        return [
          finetune(name, { start, rate: lr(dataset, start), epochs: set.epochs, seed }),
          { name: nameOf.test(name), verb: 'eval', words },
        ];
      }),
    );
    return [...encoders, ...trials, ...finals];
  });
}
