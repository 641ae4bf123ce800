import { InputError } from '@masked-distill/base';
import {
  cacheImages,
  createProceduralSource,
  type ImageSize,
  type ImageSource,
  limitSource,
  openImageSource,
  requireLabels,
  splitSource,
} from '@masked-distill/image-data';
import type { ImageRunConfig } from '../config/image-run-config.ts';
import { workersOf } from './loader-of.ts';

/** The images of a run. */
export interface RunSources {
  /** What is trained on. */
  readonly train: ImageSource;
  /** Labelled images held out for k-NN, if there are any. */
  readonly validation?: ImageSource;
}

/** What {@link openSources} goes by. */
export interface SourceSettings {
  /** Size of images that are drawn. */
  readonly model: { readonly imageSize: ImageSize };
  /** Which images, how they are divided, and where they are kept. */
  readonly data: Pick<
    ImageRunConfig['data'],
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
  >;
}

const PROCEDURAL = /^procedural:(\d{1,7})(?::(\d{1,9}))?$/;

/**
 * Opens what a configuration's `data` names, from its cache where it is to have one.
 *
 * @param note told how far a cache is that must be made first
 * @throws InputError when there is nothing, or labels are needed and missing
 */
export async function openSources(config: SourceSettings, note: (text: string) => void): Promise<RunSources> {
  const { train: all, validation } = await openPlainSources(config);
  const { cache, cacheShortSide: shortSide, maxPixels, trainLimit = 'off' } = config.data;
  const train = trainLimit === 'off' ? all : limitSource(all, trainLimit);
  if (cache === 'off') return { train, validation };
  const workers = workersOf(config.data);
  const keep = (source: ImageSource) => {
    const onProgress = reportTenths((percent) => note(`caching ${source.name} in ${cache}: ${percent}%`));
    return cacheImages(source, { folder: cache, shortSide, maxPixels, workers, onProgress });
  };
  return { train: await keep(train), validation: validation && (await keep(validation)) };
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

async function openPlainSources({ data, model }: SourceSettings): Promise<RunSources> {
  if (data.path === undefined) {
    throw new InputError('data.path: no images were given; add --data PATH (a folder, a list file, or .tar files)');
  }
  const open = (path: string) => openSource(path, { imageSize: model.imageSize, shuffleBuffer: data.shuffleBuffer });
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
export async function hasLabels(path: string): Promise<boolean> {
  const { classes = [] } = await openSource(path, { imageSize: [8, 8] });
  return classes.length > 1;
}

/**
 * Opens what a path names; `procedural:<count>[:<seed>]` draws its images, at the size given.
 *
 * @throws InputError when there is nothing
 */
export async function openSource(
  path: string,
  { imageSize, shuffleBuffer }: { imageSize: ImageSize; shuffleBuffer?: number },
): Promise<ImageSource> {
  const procedural = PROCEDURAL.exec(path);
  if (!procedural) return openImageSource(path, { shuffleBuffer });
  const [length, seed] = [Number(procedural[1]), Number(procedural[2] ?? 0)];
  return createProceduralSource({ length, seed, size: imageSize });
}

function requireSameClasses(
  { name, classes = [] }: ImageSource,
  { validation, classes: found }: { validation: ImageSource; classes: readonly string[] },
): void {
  const stranger = found.find((each) => !classes.includes(each));
  if (stranger === undefined && found.length === classes.length) return;
  throw new InputError(
    `data.val: ${validation.name} has ${found.length} classes${stranger === undefined ? '' : ` (${stranger} among them)`}, ` +
      `${name} has ${classes.length}; give both the same classes`,
  );
}
