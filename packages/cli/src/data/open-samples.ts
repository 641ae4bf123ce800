import { stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { InputError } from '@masked-distill/base';
import { IMAGE_EXTENSIONS } from '@masked-distill/image-data';
import { fingerprintOf, type SampleSource, type SourceSample } from '@masked-distill/image-data/loading';
import { VIDEO_EXTENSIONS } from '@masked-distill/video-data';
import { clipModality } from './clip-modality.ts';
import { imageModality } from './image-modality.ts';
import type { InputSize, Modality, OpenSettings } from './modality.ts';
import { modalityOf } from './modality-of.ts';

const kinds = [
  { modality: imageModality as Modality, extensions: IMAGE_EXTENSIONS, one: 'an image', many: 'images' },
  { modality: clipModality as Modality, extensions: VIDEO_EXTENSIONS, one: 'a video', many: 'videos' },
] as const;

type Kind = (typeof kinds)[number];

/**
 * Opens what a path names for a model that takes images or clips: a folder, list or tars as {@link Modality.open} does, or a single file.
 *
 * @throws InputError when there is nothing, or what is there is of the other kind
 */
export async function openSamples(
  path: string,
  { input, ...settings }: OpenSettings & { readonly input: InputSize },
): Promise<SampleSource<SourceSample>> {
  const own = kinds.find(({ modality }) => modality === modalityOf(input))!;
  const other = kinds.find((kind) => kind !== own)!;
  const info = await stat(path).catch(() => undefined);
  if (info?.isFile() && hasExtension(path, own)) return singleFile(path, { size: info.size, noun: own.many });
  if (info?.isFile() && hasExtension(path, other)) throw otherKind(`${path} is ${other.one}`, { own, other });
  const open = ({ modality }: Kind) => modality.open(path, { ...settings, input });
  const source = await open(own).catch(async (error: unknown) => {
    if (error instanceof InputError && info && (await open(other).catch(() => undefined))) {
      throw otherKind(`${path} holds ${other.many}`, { own, other });
    }
    throw error;
  });
  const { key } = source.sample(0);
  if (hasExtension(key, other) && !hasExtension(key, own)) {
    throw otherKind(`${path} names ${other.many} (${key})`, { own, other });
  }
  return source;
}

const hasExtension = (path: string, { extensions }: Kind) => extensions.includes(extname(path).slice(1).toLowerCase());

const otherKind = (what: string, { own, other }: { own: Kind; other: Kind }) =>
  new InputError(
    `data: ${what}, and the checkpoint's model takes ${own.many}; give ${own.many}, or a checkpoint of ${other.many}`,
  );

/** One file as a source. */
function singleFile(path: string, { size, noun }: { size: number; noun: string }): SampleSource<SourceSample> {
  const sample = { key: basename(path), location: { kind: 'file', path: resolve(path) } } as const;
  return {
    name: path,
    noun,
    length: 1,
    sample: () => sample,
    order: () => Int32Array.of(0),
    fingerprint: async () => fingerprintOf([sample.key, size]),
  };
}
