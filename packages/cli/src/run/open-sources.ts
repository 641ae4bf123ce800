import { InputError } from '@masked-distill/base';
import { limitSource, requireLabels, splitSource } from '@masked-distill/image-data';
import type { SampleSource, SourceSample } from '@masked-distill/image-data/loading';
import type { RunConfig } from '../config/run-config.ts';
import { type InputSize, type Modality, workersOf } from '../data/modality.ts';
import { modalityOf } from '../data/modality-of.ts';

/** The images or videos of a run. */
export interface RunSources {
  /** Which of them they are. */
  readonly modality: Modality;
  /** What is trained on. */
  readonly train: SampleSource<SourceSample>;
  /** Labelled ones held out for k-NN, if there are any. */
  readonly validation?: SampleSource<SourceSample>;
}

/** What {@link openSources} goes by. */
export interface SourceSettings {
  /** What the model takes; what is drawn is drawn so large. */
  readonly model: InputSize;
  /** Which samples, how they are divided, and where they are kept. */
  readonly data: Pick<
    RunConfig['data'],
    | 'path'
    | 'val'
    | 'valShare'
    | 'trainLimit'
    | 'limit'
    | 'workers'
    | 'cache'
    | 'cacheShortSide'
    | 'shuffleBuffer'
    | 'maxPixels'
  > &
    Partial<Pick<RunConfig['data'], 'root' | 'frameTemplate' | 'stride'>>;
}

/**
 * Opens what a configuration's `data` names, from its cache where it is to have one.
 *
 * @param note told how far a cache is that must be made first
 * @throws InputError when there is nothing, or labels are needed and missing
 */
export async function openSources(config: SourceSettings, note: (text: string) => void): Promise<RunSources> {
  const modality = modalityOf(config.model);
  const { train: all, validation } = await openPlainSources(config, modality);
  const { cache: folder, cacheShortSide: shortSide, maxPixels, trainLimit = 'off' } = config.data;
  const train = trainLimit === 'off' ? all : limitSource(all, trainLimit);
  if (folder === 'off') return { modality, train, validation };
  if (!modality.cache) throw new InputError('data.cache: only images are kept resized, not clips; leave --cache out');
  const workers = workersOf(config.data);
  const keep = (source: SampleSource<SourceSample>) => {
    const onProgress = reportTenths((percent) => note(`caching ${source.name} in ${folder}: ${percent}%`));
    return modality.cache!(source, { folder, shortSide, maxPixels, workers, onProgress });
  };
  return { modality, train: await keep(train), validation: validation && (await keep(validation)) };
}

/** Calls back at every tenth of the way. */
function reportTenths(report: (percent: number) => void) {
  let told = 0;
  return ({ done, total }: { done: number; total: number }) => {
    const tenth = Math.floor((10 * done) / total);
    if (tenth > told) report(10 * tenth);
    told = tenth;
  };
}

async function openPlainSources(
  { data, model: input }: SourceSettings,
  modality: Modality,
): Promise<Omit<RunSources, 'modality'>> {
  if (data.path === undefined) {
    throw new InputError(
      `data.path: no ${modality.words.many} were given; add --data PATH (a folder, a list file, or .tar files)`,
    );
  }
  const { shuffleBuffer, root, frameTemplate, stride } = data;
  const open = (path: string) => modality.open(path, { input, shuffleBuffer, root, frameTemplate, stride });
  const all = await open(data.path);
  const source = data.limit === 'off' ? all : limitSource(all, data.limit);
  if (data.val !== undefined) {
    const validation = await open(data.val);
    requireLabels(source);
    requireSameClasses(source, { validation, classes: requireLabels(validation) });
    return { train: source, validation };
  }
  if (data.valShare === 0) return { train: source };
  requireLabels(source);
  return splitSource(source, { validation: data.valShare });
}

/** Whether what a path names has labels of two or more classes. */
export async function hasLabels(path: string, modality: Modality): Promise<boolean> {
  const { classes = [] } = await modality.open(path, { input: { imageSize: [8, 8], frames: 8 } });
  return classes.length > 1;
}

function requireSameClasses(
  { name, classes = [] }: SampleSource<SourceSample>,
  { validation, classes: found }: { validation: SampleSource<SourceSample>; classes: readonly string[] },
): void {
  const stranger = found.find((each) => !classes.includes(each));
  if (stranger === undefined && found.length === classes.length) return;
  throw new InputError(
    `data.val: ${validation.name} has ${found.length} classes${stranger === undefined ? '' : ` (${stranger} among them)`}, ` +
      `${name} has ${classes.length}; give both the same classes`,
  );
}
