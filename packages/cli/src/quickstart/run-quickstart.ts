import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@masked-distill/base';
import { writeFileAtomic } from '@masked-distill/base/files';
import { makeNumberedFolder, newestNumberedFolder } from '@masked-distill/train';
import type { ConfigSpec } from '../config/config-spec.ts';
import { distillSpec } from '../config/distill-spec.ts';
import { finetuneSpec } from '../config/finetune-spec.ts';
import type { ConfigOf, KeyTable } from '../config/key.ts';
import { pretrainSpec } from '../config/pretrain-spec.ts';
import { type ConfigSources, resolveConfig } from '../config/resolve.ts';
import { clipModality } from '../data/clip-modality.ts';
import { imageModality } from '../data/image-modality.ts';
import { runDistill } from '../distill/run-distill.ts';
import type { Environment } from '../environment.ts';
import { runFinetune } from '../finetune/run-finetune.ts';
import { runPretrain } from '../pretrain/run-pretrain.ts';
import { openResumed, type Resumed } from '../run/open-resumed.ts';
import { hasLabels } from '../run/open-sources.ts';
import type { TrainingOutcome } from '../run/run-training.ts';
import { describeOutcome } from './describe-outcome.ts';
import { judgeStages } from './judge-stages.ts';
import type { QuickstartConfig } from './quickstart-keys.ts';
import { quickstartStages, type Stage } from './stages.ts';

const SETTINGS = 'quickstart.json';

/** The whole story: a teacher, a student without it, a student with it, and what frozen features of each are worth. */
export async function runQuickstart(
  given: QuickstartConfig,
  { environment, resume }: { environment: Environment; resume?: string | true },
): Promise<void> {
  const { stdout, stderr } = environment;
  const { folder, config } = await openFolder(given, resume);
  const modality = config.video ? clipModality : imageModality;
  const hasOwn = config.data === undefined || (await hasLabels(config.data, modality));
  const labelled = hasOwn || config.val !== undefined;
  const stages = quickstartStages(config, {
    folder,
    labelled: hasOwn,
    split: labelled && config.data !== undefined && config.val === undefined,
  });
  for (const [i, stage] of stages.entries()) {
    stderr.write(`\n[${i + 1} of ${stages.length}] ${stage.title}\n`);
    if (!(await finishStage(stage, { folder, environment }))) {
      stderr.write(`go on with: masked-distill quickstart --resume ${folder}\n`);
      return;
    }
  }
  const judged = labelled ? await judgeStages(config, { stages, folder, environment }) : undefined;
  stdout.write(describeOutcome({ folder, judged, video: config.video }));
}

/** A folder of its own for a new quickstart; for one that goes on its folder, and the settings it began with. */
async function openFolder(
  given: QuickstartConfig,
  resume?: string | true,
): Promise<{ folder: string; config: QuickstartConfig }> {
  if (resume === undefined) {
    const folder = await makeNumberedFolder(given.root, given.name);
    await writeFileAtomic(join(folder, SETTINGS), `${JSON.stringify(given, null, 2)}\n`);
    return { folder, config: given };
  }
  const folder = resume === true ? await newest(given) : resume;
  const text = await readFile(join(folder, SETTINGS), 'utf8').catch(() => undefined);
  if (text === undefined) {
    throw new InputError(
      `quickstart: ${folder} has no ${SETTINGS}, so it is none that can go on; give the folder of one`,
    );
  }
  return { folder, config: JSON.parse(text) as QuickstartConfig };
}

async function newest({ root, name }: QuickstartConfig): Promise<string> {
  const folder = await newestNumberedFolder(root, name);
  if (folder) return folder;
  throw new InputError(`quickstart: ${root} has none called ${name}; leave --resume out, or give its folder`);
}

/** Trains a stage to its end, from wherever it stands; tells whether it got there. */
async function finishStage(
  { name, verb, sources }: Stage,
  { folder, environment }: { folder: string; environment: Environment },
): Promise<boolean> {
  const path = join(folder, name);
  const summary = await readFile(join(path, 'summary.json'), 'utf8').catch(() => undefined);
  if (summary !== undefined && !(JSON.parse(summary) as { stopped: boolean }).stopped) {
    environment.stderr.write(`${path} is done\n`);
    return true;
  }
  const context = { path, sources, environment };
  const train = {
    pretrain: () => trainOrGoOn(pretrainSpec, { ...context, run: runPretrain }),
    distill: () => trainOrGoOn(distillSpec, { ...context, run: runDistill }),
    finetune: () => trainOrGoOn(finetuneSpec, { ...context, run: runFinetune }),
  };
  const { summary: ended } = await train[verb]();
  return !ended.stopped;
}

async function trainOrGoOn<Table extends KeyTable>(
  spec: ConfigSpec<Table>,
  { path, sources, environment, run }: TrainOrGoOnOptions<Table>,
): Promise<TrainingOutcome> {
  const checkpoints = await readdir(join(path, 'checkpoints')).catch(() => []);
  if (checkpoints.length > 0) {
    const { config, skipped, ...resumed } = await openResumed(spec, { folder: path, sources: {} });
    for (const text of skipped) environment.stderr.write(`${text}\n`);
    return run(config, { environment, resumed });
  }
  // Stopped before there was anything to keep.
  await rm(path, { recursive: true, force: true });
  return run(await resolveConfig(spec, sources), { environment });
}

interface TrainOrGoOnOptions<Table extends KeyTable> {
  readonly path: string;
  readonly sources: ConfigSources;
  readonly environment: Environment;
  run(config: ConfigOf<Table>, context: { environment: Environment; resumed?: Resumed }): Promise<TrainingOutcome>;
}
