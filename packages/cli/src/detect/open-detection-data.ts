import { InputError } from '@masked-distill/base';
import {
  type AvaTable,
  type AvaTruthBox,
  type Frames,
  frameName,
  type LabelMapEntry,
  readAvaTruth,
  type TruthBox,
} from '@masked-distill/eval';
import { fingerprintOf, shuffledOrder } from '@masked-distill/image-data/loading';
import {
  type ClipLocation,
  type ClipMoment,
  type ClipSource,
  createProceduralActions,
  openClipFolder,
} from '@masked-distill/video-data';
import type { CompleteDetectConfig } from '../config/detect-config.ts';
import { printable } from '../text/printable.ts';
import { clipBox, type PersonBox } from './person-boxes.ts';

/** Clips with boxes. */
export interface DetectionData {
  /** A clip for each frame that has boxes; its key is the frame's name. */
  readonly source: ClipSource;
  /** The boxes of each clip, by its key. */
  readonly boxes: ReadonlyMap<string, readonly PersonBox[]>;
  /** All frames as they are judged, those without a video too. */
  readonly truth: Frames<TruthBox>;
  /** The classes in the order of the logits. */
  readonly classes: readonly LabelMapEntry[];
}

/** Options of {@link openDetectionData}. */
export interface OpenDetectionDataOptions {
  /** Size of the clips, where the videos are, and how they are taken. */
  readonly config: CompleteDetectConfig;
  /** The classes. Default: those that the table has. */
  readonly classes?: readonly LabelMapEntry[];
  /** Tells the user. */
  readonly note: (text: string) => void;
}

const PROCEDURAL = /^procedural-actions:(\d{1,7})(?::(\d{1,9}))?$/;

/** What folders of AVA's pictures are taken to have a second. */
const PICTURES_PER_SECOND = 30;

/**
 * Opens a table of AVA with its videos; `procedural-actions:<count>[:<seed>]` draws videos that need none.
 *
 * @throws InputError when a table is broken or its videos are not there
 */
export async function openDetectionData(path: string, options: OpenDetectionDataOptions): Promise<DetectionData> {
  const procedural = PROCEDURAL.exec(path);
  if (procedural) return drawnData({ length: Number(procedural[1]), seed: Number(procedural[2] ?? 0) }, options);
  const { config, note } = options;
  const whitelist = options.classes && new Set(options.classes.map(({ id }) => id));
  const table = await readAvaTruth(path, { classes: whitelist });
  for (const warning of table.warnings) note(printable(warning, 400));
  const classes = options.classes ?? classesOf(table);
  const boxes = personBoxes(table, { path, classes });
  const videos = await findVideos(config, { path, names: new Set([...boxes.keys()].map(videoOf)), note });
  const { stride, fps, firstSecond } = config.data;
  const found = [...boxes.keys()].filter((key) => videos.has(videoOf(key)));
  const momentOf = (key: string, location: ClipLocation): ClipMoment => ({
    second: Number(key.slice(key.lastIndexOf(',') + 1)) - firstSecond,
    frames: config.model.frames * stride,
    framesPerSecond: fps ?? (location.kind === 'frames' ? PICTURES_PER_SECOND : undefined),
  });
  return {
    boxes,
    truth: table.frames,
    classes,
    source: {
      name: path,
      noun: 'videos',
      length: found.length,
      sample(index) {
        const key = found[index]!;
        const location = videos.get(videoOf(key))!;
        return { key, location, moment: momentOf(key, location) };
      },
      order: (seed, epoch) => shuffledOrder(found.length, seed, epoch),
      fingerprint: async () => fingerprintOf([...boxes].map((entry) => JSON.stringify(entry))),
    },
  };
}

const videoOf = (key: string) => key.slice(0, key.lastIndexOf(','));

function drawnData(
  { length, seed }: { length: number; seed: number },
  { config }: OpenDetectionDataOptions,
): DetectionData {
  if (config.data.flip) {
    throw new InputError(
      'data.flip: drawn shapes turn clockwise or anticlockwise, which a mirror changes; add --no-flip',
    );
  }
  const { frames, imageSize } = config.model;
  const { source, actions, boxesOf } = createProceduralActions({
    ...{ length, seed, size: imageSize },
    frames: frames * config.data.stride,
  });
  // The middle of each video is its second 0.
  const sample = (index: number) => ({ ...source.sample(index), key: frameName(source.sample(index).key, 0) });
  const boxes = new Map(Array.from({ length }, (_, i) => [sample(i).key, boxesOf(i)]));
  const classes = actions.map((name, i) => ({ id: i + 1, name }));
  const truth = new Map(Array.from(boxes, ([key, own]) => [key, own.flatMap((each) => truthOf(each, classes))]));
  return { source: { ...source, sample }, boxes, truth, classes };
}

const truthOf = ({ box, actions }: PersonBox, classes: readonly LabelMapEntry[]) =>
  actions.map((action): TruthBox => ({ box, label: classes[action]!.id }));

function classesOf({ frames }: AvaTable<AvaTruthBox>): LabelMapEntry[] {
  const ids = new Set([...frames.values()].flatMap((own) => own.map(({ label }) => label)));
  return [...ids].sort((a, b) => a - b).map((id) => ({ id, name: String(id) }));
}

/** The rows of each frame by their boxes: one of them, with several actions, for each person. */
function personBoxes(
  { frames }: AvaTable<AvaTruthBox>,
  { path, classes }: { path: string; classes: readonly LabelMapEntry[] },
): Map<string, PersonBox[]> {
  const placeOf = new Map(classes.map(({ id }, place) => [id, place]));
  const result = new Map<string, PersonBox[]>();
  for (const [frame, rows] of frames) {
    const people = new Map<string, { box: PersonBox['box']; actions: number[] }>();
    for (const { box, label } of rows) {
      const [x1, y1, x2, y2] = clipBox(box);
      if (!(x1 < x2 && y1 < y2)) continue;
      const key = box.join();
      const known = people.get(key) ?? { box: [x1, y1, x2, y2], actions: [] };
      people.set(key, known);
      known.actions.push(placeOf.get(label)!);
    }
    if (people.size > 0) result.set(frame, [...people.values()]);
  }
  if (result.size > 0) return result;
  throw new InputError(`detect: ${path} has no box in the picture, of the classes that count; give a table that has`);
}

/** The videos of a table, by name. */
async function findVideos(
  { data: { videos: root } }: CompleteDetectConfig,
  { path, names, note }: { path: string; names: ReadonlySet<string>; note: (text: string) => void },
): Promise<Map<string, ClipLocation>> {
  if (root === undefined) throw new InputError(`data.videos: where are the videos of ${path}? Add --videos FOLDER`);
  const folder = await openClipFolder(root);
  const found = new Map<string, ClipLocation>();
  for (let i = 0; i < folder.length; i++) {
    const { key, location } = folder.sample(i);
    const name = key.slice(key.lastIndexOf('/') + 1);
    found.set(location.kind === 'file' ? name.replace(/\.\w+$/, '') : name, location);
  }
  const missing = [...names].filter((name) => !found.has(name));
  const example = printable(missing[0] ?? '', 60);
  if (missing.length === names.size) {
    throw new InputError(
      `data.videos: ${root} has none of the ${names.size} videos of ${path}, such as ${example}; name the files as the table does`,
    );
  }
  if (missing.length > 0) {
    note(
      `${root} lacks ${missing.length} of the ${names.size} videos of ${path}, such as ${example}: not trained on; in judging what is in them counts as missed`,
    );
  }
  return found;
}
