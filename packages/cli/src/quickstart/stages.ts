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
  readonly verb: 'pretrain' | 'distill' | 'finetune';
  /** Its configuration. */
  readonly sources: ConfigSources;
}

/** What a quickstart is made of where nothing else is asked for. */
export interface Story {
  /** What is drawn to train on. */
  readonly data: string;
  /** As much of it as judging learns from. */
  readonly judgedBy: string;
  /** And, from another seed, to judge by. */
  readonly val: string;
  /** Steps of the teacher. */
  readonly teacherSteps: number;
  /** Steps of each student. */
  readonly steps: number;
  /** The preset of the students; the teacher's is called after it. */
  readonly preset: 'quickstart' | 'quickstart-video';
  /** Whether the teacher learns from labels, where there are any; otherwise it is pre-trained. */
  readonly labelledTeacher: boolean;
  /** Threads that compute where nothing else is asked for: one where what is computed is small, and drawing it takes another. */
  readonly threads: 'auto' | 1;
}

const IMAGES: Story = {
  data: 'procedural:1600:0',
  judgedBy: 'procedural:1600:0',
  val: 'procedural:400:1',
  preset: 'quickstart',
  teacherSteps: 1500,
  steps: 500,
  labelledTeacher: false,
  threads: 'auto',
};
const CLIPS: Story = {
  data: 'procedural-motion:6400:0:4',
  judgedBy: 'procedural-motion:1280:0:4',
  val: 'procedural-motion:480:1:4',
  preset: 'quickstart-video',
  teacherSteps: 300,
  steps: 400,
  labelledTeacher: true,
  threads: 1,
};

/** The story of images, or of clips. */
export const storyOf = ({ video = false }: Pick<QuickstartConfig, 'video'>): Story => (video ? CLIPS : IMAGES);

/** Options of {@link quickstartStages}. */
export interface QuickstartStagesOptions {
  /** Where the runs lie. */
  readonly folder: string;
  /** Whether what is trained on has labels. */
  readonly labelled: boolean;
  /** Whether some of it is held out to judge by. */
  readonly split: boolean;
}

/** What is trained: a teacher, and two students of one size and one number of steps, without it and with it. */
export function quickstartStages(
  config: QuickstartConfig,
  { folder, labelled, split }: QuickstartStagesOptions,
): Stage[] {
  const story = storyOf(config);
  const { data = story.data, teacherSteps = story.teacherSteps, steps = story.steps } = config;
  const { limit, valShare, batchSize, workers, maxUnreadableShare, seed, engine, device } = config;
  const threads = config.threads === 'auto' ? story.threads : config.threads;
  const settings = (length: number, name: StageName, more: Record<string, unknown> = {}) =>
    Object.entries({
      'data.path': data,
      'data.limit': limit,
      // The images to judge by are held out here, and judged when all models are there.
      'data.valShare': split ? valShare : 0,
      'data.workers': workers,
      'data.maxUnreadableShare': maxUnreadableShare,
      ...(batchSize !== undefined && { 'optim.batchSize': batchSize }),
      'optim.steps': length,
      'run.seed': seed,
      'run.root': folder,
      'run.name': name,
      'run.engine': engine,
      'run.device': device,
      'run.threads': threads,
      ...more,
    }).map(([path, value]) => `${path}=${value}`);
  const student = { 'run.pictureEvery': `${steps} steps` };
  const byLabels = labelled && story.labelledTeacher;
  return [
    {
      name: 'teacher',
      title: byLabels ? 'a teacher, trained with labels' : 'a teacher, pre-trained as a masked autoencoder',
      verb: byLabels ? 'finetune' : 'pretrain',
      sources: { preset: `${story.preset}-teacher`, set: settings(teacherSteps, 'teacher') },
    },
    {
      name: 'mae',
      title: `a student without teacher: a masked autoencoder of its own${byLabels ? ', without labels' : ''}`,
      verb: 'pretrain',
      sources: { preset: story.preset, set: settings(steps, 'mae', student) },
    },
    {
      name: 'amd',
      title: `the same student${byLabels ? ', without labels' : ''}, distilled from the teacher, which sees more`,
      verb: 'distill',
      sources: {
        preset: story.preset,
        set: settings(steps, 'amd', { ...student, 'teacher.path': `${folder}/teacher` }),
      },
    },
  ];
}
