import type { ConfigSources } from '../config/resolve.ts';
import type { QuickstartConfig } from './quickstart-keys.ts';

/** The models of a quickstart, in the order in which they are trained. */
export const stageNames = ['teacher', 'mae', 'amd'] as const;

/** One of {@link stageNames}. */
export type StageName = (typeof stageNames)[number];

/** A model that is trained, and how. */
export interface Stage {
  /** The name of its run. */
  readonly name: StageName;
  /** What it is, for people. */
  readonly title: string;
  /** Which verb trains it. */
  readonly verb: 'pretrain' | 'distill';
  /** Its configuration. */
  readonly sources: ConfigSources;
}

/** Images that are drawn where none are given: to train on, and, from another seed, to judge by. */
export const DRAWN = { data: 'procedural:1600:0', val: 'procedural:400:1' } as const;

/** What is trained: a teacher, and two students of one size and one number of steps, without it and with it. */
export function quickstartStages(
  config: QuickstartConfig,
  { folder, split }: { folder: string; split: boolean },
): Stage[] {
  const {
    data = DRAWN.data,
    limit,
    valShare,
    batchSize,
    workers,
    maxUnreadableShare,
    seed,
    engine,
    device,
    threads,
  } = config;
  const settings = (steps: number, name: StageName, more: Record<string, unknown> = {}) =>
    Object.entries({
      'data.path': data,
      'data.limit': limit,
      // The images to judge by are held out here, and judged when all models are there.
      'data.valShare': split ? valShare : 0,
      'data.workers': workers,
      'data.maxUnreadableShare': maxUnreadableShare,
      'optim.batchSize': batchSize,
      'optim.steps': steps,
      'run.seed': seed,
      'run.root': folder,
      'run.name': name,
      'run.engine': engine,
      'run.device': device,
      'run.threads': threads,
      ...more,
    }).map(([path, value]) => `${path}=${value}`);
  const student = { 'run.pictureEvery': `${config.steps} steps` };
  return [
    {
      name: 'teacher',
      title: 'a teacher, pre-trained as a masked autoencoder',
      verb: 'pretrain',
      sources: { preset: 'quickstart-teacher', set: settings(config.teacherSteps, 'teacher') },
    },
    {
      name: 'mae',
      title: 'a student without teacher: a masked autoencoder of its own',
      verb: 'pretrain',
      sources: { preset: 'quickstart', set: settings(config.steps, 'mae', student) },
    },
    {
      name: 'amd',
      title: 'the same student, distilled from the teacher, which sees more',
      verb: 'distill',
      sources: {
        preset: 'quickstart',
        set: settings(config.steps, 'amd', { ...student, 'teacher.path': `${folder}/teacher` }),
      },
    },
  ];
}
