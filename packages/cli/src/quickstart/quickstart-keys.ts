import { dataKeys } from '../config/data-keys.ts';
import { finetuneKeys } from '../config/finetune-config.ts';
import { type ConfigOf, optionalKey } from '../config/key.ts';
import { whole } from '../config/kinds.ts';
import { runKeys } from '../config/run-keys.ts';

/** Every flag of `masked-distill quickstart`. */
export const quickstartKeys = {
  data: { ...dataKeys.path, is: `${dataKeys.path.is}; drawn ones unless said` },
  val: dataKeys.val,
  valShare: { ...finetuneKeys.data.valShare, is: `${dataKeys.valShare.is}`, default: 0.2 },
  limit: dataKeys.limit,
  teacherSteps: optionalKey(whole(), { is: 'steps that the teacher is trained (1500; with --video 300)' }),
  steps: optionalKey(whole(), { is: 'steps of each of the two students (500; with --video 400)' }),
  batchSize: optionalKey(whole(), { is: 'images or videos in a step (32)' }),
  seed: runKeys.seed,
  workers: dataKeys.workers,
  maxUnreadableShare: dataKeys.maxUnreadableShare,
  root: runKeys.root,
  name: {
    ...runKeys.name,
    is: 'folder of everything, under root; a second one of the same name gets -2',
    default: 'quickstart',
  },
  engine: runKeys.engine,
  device: runKeys.device,
  threads: runKeys.threads,
};

/** What `quickstart` was asked for. */
export interface QuickstartConfig extends ConfigOf<typeof quickstartKeys> {
  /** Whether it is told of clips. */
  readonly video?: boolean;
}
