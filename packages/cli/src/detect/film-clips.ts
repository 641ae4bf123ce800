import { InputError } from '@masked-distill/base';
import { shuffledOrder } from '@masked-distill/image-data/loading';
import { type ClipLocation, type ClipMoment, type ClipSource, openClipFolder } from '@masked-distill/video-data';
import type { CompleteDetectConfig } from '../config/detect-config.ts';
import { printable } from '../text/printable.ts';

/** What folders of AVA's pictures are taken to have a second. */
const PICTURES_PER_SECOND = 30;

/** Options of {@link openFilmClips}. */
export interface FilmClipsOptions {
  /** The table that names the frames. */
  readonly name: string;
  /** Tells the frames and what is in them apart from others. */
  readonly fingerprint: () => Promise<string>;
  /** Where the videos are, and how clips are taken of them. */
  readonly config: CompleteDetectConfig;
  /** Tells the user. */
  readonly note: (text: string) => void;
}

/**
 * Clips around frames of videos in a folder; those of videos that are not there are left out, and told.
 *
 * @param frames their names, `video,0902`
 * @throws InputError when none of the videos is there
 */
export async function openFilmClips(
  frames: readonly string[],
  { name, fingerprint, config, note }: FilmClipsOptions,
): Promise<ClipSource> {
  const { data, model } = config;
  const { videos: root, stride, fps, firstSecond } = data;
  if (root === undefined) throw new InputError(`data.videos: where are the videos of ${name}? Add --videos FOLDER`);
  const videos = await findVideos(root, { name, wanted: new Set(frames.map(videoOf)), note });
  const found = frames.filter((key) => videos.has(videoOf(key)));
  const momentOf = (key: string, location: ClipLocation): ClipMoment => ({
    second: Number(key.slice(key.lastIndexOf(',') + 1)) - firstSecond,
    frames: model.frames * stride,
    framesPerSecond: fps ?? (location.kind === 'frames' ? PICTURES_PER_SECOND : undefined),
  });
  return {
    name,
    noun: 'videos',
    length: found.length,
    sample(index) {
      const key = found[index]!;
      const location = videos.get(videoOf(key))!;
      return { key, location, moment: momentOf(key, location) };
    },
    order: (seed, epoch) => shuffledOrder(found.length, seed, epoch),
    fingerprint,
  };
}

const videoOf = (key: string) => key.slice(0, key.lastIndexOf(','));

/** Where the videos of a table are, by their names. */
async function findVideos(
  root: string,
  { name: table, wanted, note }: { name: string; wanted: ReadonlySet<string>; note: (text: string) => void },
): Promise<Map<string, ClipLocation>> {
  const folder = await openClipFolder(root);
  const found = new Map<string, ClipLocation>();
  for (let i = 0; i < folder.length; i++) {
    const { key, location } = folder.sample(i);
    const name = key.slice(key.lastIndexOf('/') + 1);
    const video = location.kind === 'file' ? name.replace(/\.\w+$/, '') : name;
    if (wanted.has(video) && found.has(video)) {
      throw new InputError(
        `data.videos: ${root} has two videos called ${printable(video, 60)}, ${printable(key, 100)} among them; keep one of them there`,
      );
    }
    found.set(video, location);
  }
  const missing = [...wanted].filter((name) => !found.has(name));
  const example = printable(missing[0] ?? '', 60);
  if (missing.length === wanted.size) {
    throw new InputError(
      `data.videos: ${root} has none of the ${wanted.size} videos of ${table}, such as ${example}; name the files as the table does`,
    );
  }
  if (missing.length > 0) {
    note(
      `${root} lacks ${missing.length} of the ${wanted.size} videos of ${table}, such as ${example}: not trained on; in judging what is in them counts as missed`,
    );
  }
  return found;
}
