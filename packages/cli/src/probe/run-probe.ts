import { InputError } from '@masked-distill/base';
import { writeFileAtomic } from '@masked-distill/base/files';
import { knnAccuracies, type LabelledFeatures, linearProbe, sgdProbe } from '@masked-distill/eval';
import { IMAGENET_MEAN, IMAGENET_STD, requireLabels } from '@masked-distill/image-data';
import type { SampleSource, SourceSample } from '@masked-distill/image-data/loading';
import {
  type Backbone,
  type CreatedEncoder,
  createEncoder,
  imageEncoderConfig,
  videoEncoderConfig,
} from '@masked-distill/vit';
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
import { keptFeatures } from './kept-features.ts';
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
  const resolved = await resolveWeights(options.checkpoint, { environment });
  const { path } = resolved;
  for (const { path: damaged, reason } of resolved.skipped) note(`passed over ${damaged}: ${reason}`);
  const opened = await openEncoderWeights(path);
  try {
    const input = inputOf(opened, options);
    const sources = await openProbeSources(options, { input, note });
    const time = async <T>(work: Promise<T>): Promise<readonly [T, number]> => {
      const start = now();
      return [await work, (now() - start) / 1000];
    };
    const [sets, features] = await time(
      encodeAll(opened, { options, sources, input, note, fingerprint: resolved.fingerprint }),
    );
    const ks = options.k.split(',').map(Number);
    const [accuracies, knnSeconds] = await time(knnAccuracies({ ...sets, ks }));
    const [linear, linearSeconds] = await time(judgeLinearly(sets, options));
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

async function judgeLinearly(sets: FeatureSets, { optimizer, seed }: ProbeOptions): Promise<ProbeReport['linear']> {
  return optimizer === 'optimum' ? linearProbe(sets, { seed }) : sgdProbe(sets, { optimizer, seed });
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
  /** That of the weights. */
  readonly fingerprint: () => Promise<string>;
}

/** Starts the engine, builds the encoder, and runs it over everything once, but for what was kept of an earlier run. */
async function encodeAll(
  { weights, file }: OpenEncoderWeights,
  { options, sources, input, note, fingerprint }: EncodeAllOptions,
): Promise<FeatureSets> {
  const engine = await startEngine(options, note);
  const { mean, std } = { mean: IMAGENET_MEAN, std: IMAGENET_STD, ...normalizationOf(file.metadata) };
  const reading = {
    normalization: { mean: options.mean ?? mean, std: options.std ?? std },
    pooling: options.pooling,
    cropShare: options.cropShare,
    clips: { stride: options.stride, sampling: options.sampling, reader: options.reader },
  };
  const kept =
    options.features === 'off'
      ? undefined
      : await keptFeatures(options.features, { weights: await fingerprint(), input, ...reading });
  const [h, w] = input.imageSize;
  let created: Promise<CreatedEncoder> | undefined;
  const extract = async (source: SampleSource<SourceSample>) => {
    const old = await kept?.read(source);
    if (old) return old;
    created ??= createEncoder(weights, { imageSize: { h, w }, frames: input.frames });
    const { encoder, report } = await created;
    for (const text of report.notes) note(text);
    checkPooling(encoder, options);
    note(`encoding ${formatCount(source.length)} ${sources.modality.words.many} on ${engine.name}`);
    const features = await extractFeatures(encoder, source, {
      modality: sources.modality,
      engine,
      batchSize: options.batchSize,
      workers: workersOf(options),
      ...reading,
      onUnreadable: ({ key, reason }: { key: string; reason: string }) => note(`unreadable: ${key}: ${reason}`),
    });
    await kept?.write(source, features);
    return features;
  };
  try {
    return { train: await extract(sources.train), test: await extract(sources.validation) };
  } finally {
    (await created?.catch(() => undefined))?.encoder.dispose();
  }
}

function checkPooling({ prefixTokens }: Backbone, { pooling, checkpoint }: ProbeOptions): void {
  if (pooling === 'mean' || prefixTokens > 0) return;
  throw new InputError(`--pooling: the encoder of ${checkpoint} has no class token; leave it out, for the mean`);
}
