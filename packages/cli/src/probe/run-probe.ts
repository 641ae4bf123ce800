import { InputError } from '@masked-distill/base';
import { writeFileAtomic } from '@masked-distill/base/files';
import { knnAccuracies, type LabelledFeatures, linearProbe } from '@masked-distill/eval';
import { IMAGENET_MEAN, IMAGENET_STD, requireLabels } from '@masked-distill/image-data';
import { type Backbone, createEncoder, imageEncoderConfig, videoEncoderConfig } from '@masked-distill/vit';
import type { ProbeConfig } from '../config/probe-config.ts';
import { type InputSize, workersOf } from '../data/modality.ts';
import type { Environment } from '../environment.ts';
import { extractFeatures } from '../evaluation/extract-features.ts';
import { normalizationOf } from '../evaluation/normalization-of.ts';
import { formatCount } from '../progress/format.ts';
import { openSources, type RunSources } from '../run/open-sources.ts';
import { startEngine } from '../start-engine.ts';
import { type OpenEncoderWeights, openEncoderWeights } from '../weights/open-encoder-weights.ts';
import { resolveWeights } from '../weights/resolve-weights.ts';
import { describeProbe } from './describe-probe.ts';
import type { ProbeReport } from './probe-report.ts';

/** What {@link runProbe} works with. */
export interface ProbeOptions extends ProbeConfig {
  /** A run, a checkpoint, or a file of weights. */
  readonly checkpoint: string;
}

/** Labelled features of both sides. */
interface FeatureSets {
  readonly train: LabelledFeatures;
  readonly test: LabelledFeatures;
}

/**
 * Judges the frozen features of an encoder by k-NN and a linear probe, and prints what it found.
 *
 * @returns everything that was measured
 * @throws InputError when weights or data can't be used, or there are none to judge by
 */
export async function runProbe(options: ProbeOptions, environment: Environment): Promise<ProbeReport> {
  const { stdout, stderr, now } = environment;
  const note = (text: string) => void stderr.write(`${text}\n`);
  const { path, skipped } = await resolveWeights(options.checkpoint, { environment });
  for (const { path: damaged, reason } of skipped) note(`passed over ${damaged}: ${reason}`);
  const opened = await openEncoderWeights(path);
  try {
    const input = inputOf(opened, options);
    const sources = await openProbeSources(options, { input, note });
    const time = async <T>(work: Promise<T>): Promise<readonly [T, number]> => {
      const start = now();
      return [await work, (now() - start) / 1000];
    };
    const [sets, features] = await time(encodeAll(opened, { options, sources, input, note }));
    const ks = options.k.split(',').map(Number);
    const [accuracies, knnSeconds] = await time(knnAccuracies({ ...sets, ks }));
    const [linear, linearSeconds] = await time(linearProbe(sets, { seed: options.seed }));
    const report: ProbeReport = {
      weights: path,
      encoder: { ...pick(opened), pooling: options.pooling },
      data: {
        kind: sources.modality.words.many,
        train: sources.train.name,
        validation: sources.validation.name,
        trainImages: sources.train.length,
        validationImages: sources.validation.length,
        classes: requireLabels(sources.train).length,
      },
      knn: ks.map((k, i) => ({ k, top1: accuracies[i]! })),
      linear,
      seconds: { features, knn: knnSeconds, linear: linearSeconds },
    };
    stdout.write(describeProbe(report));
    if (options.json !== undefined) await writeFileAtomic(options.json, `${JSON.stringify(report, null, 2)}\n`);
    return report;
  } finally {
    await opened.close();
  }
}

/** What the encoder takes, but for what was asked to differ. */
function inputOf({ weights }: OpenEncoderWeights, options: ProbeOptions): InputSize {
  const size = options.imageSize && { imageSize: { h: options.imageSize[0], w: options.imageSize[1] } };
  const frames = options.frames === undefined ? {} : { frames: options.frames };
  const config =
    weights.description.kind === 'video'
      ? videoEncoderConfig(weights, { ...size, ...frames })
      : imageEncoderConfig(weights, size);
  const { h, w } = config.imageSize;
  return { imageSize: [h, w], ...('frames' in config && { frames: config.frames }) };
}

const pick = ({ weights: { description } }: OpenEncoderWeights) => ({
  width: description.width,
  depth: description.depth,
});

async function openProbeSources(
  { data: path, ...data }: ProbeOptions,
  { input, note }: { input: InputSize; note: (text: string) => void },
): Promise<Required<RunSources>> {
  if (path === undefined) throw new InputError('probe: no data was given; add --data PATH and --val PATH');
  const { modality, train, validation } = await openSources({ data: { path, ...data }, model: input }, note);
  if (!validation) {
    throw new InputError(`probe: there are no ${modality.words.many} to judge by; add --val PATH, or --val-share 0.2`);
  }
  return { modality, train, validation };
}

interface EncodeAllOptions {
  readonly options: ProbeOptions;
  readonly sources: Required<RunSources>;
  readonly input: InputSize;
  readonly note: (text: string) => void;
}

/** Starts the engine, builds the encoder, and runs it over everything once. */
async function encodeAll(
  { weights, file }: OpenEncoderWeights,
  { options, sources, input, note }: EncodeAllOptions,
): Promise<FeatureSets> {
  const engine = await startEngine(options, note);
  const [h, w] = input.imageSize;
  const { encoder, report } = await createEncoder(weights, { imageSize: { h, w }, frames: input.frames });
  try {
    for (const text of report.notes) note(text);
    checkPooling(encoder, options);
    const { mean, std } = { mean: IMAGENET_MEAN, std: IMAGENET_STD, ...normalizationOf(file.metadata) };
    const extract = {
      modality: sources.modality,
      normalization: { mean: options.mean ?? mean, std: options.std ?? std },
      ...{ engine, pooling: options.pooling, batchSize: options.batchSize, cropShare: options.cropShare },
      clips: { stride: options.stride, sampling: options.sampling, reader: options.reader },
      workers: workersOf(options),
      onUnreadable: ({ key, reason }: { key: string; reason: string }) => note(`unreadable: ${key}: ${reason}`),
    };
    note(
      `encoding ${formatCount(sources.train.length + sources.validation.length)} ${sources.modality.words.many} on ${engine.name}`,
    );
    const train = await extractFeatures(encoder, sources.train, extract);
    return { train, test: await extractFeatures(encoder, sources.validation, extract) };
  } finally {
    encoder.dispose();
  }
}

function checkPooling({ prefixTokens }: Backbone, { pooling, checkpoint }: ProbeOptions): void {
  if (pooling === 'mean' || prefixTokens > 0) return;
  throw new InputError(`--pooling: the encoder of ${checkpoint} has no class token; leave it out, for the mean`);
}
