import { InputError } from '@masked-distill/base';
import { createRng } from '@masked-distill/tensor-core';
import {
  createEncoder,
  type EncoderDescription,
  ImageEncoder,
  type ImageEncoderConfig,
  imageEncoderConfig,
  VideoEncoder,
  type VideoEncoderConfig,
  videoEncoderConfig,
} from '@masked-distill/vit';
import { checkLayers } from '../config/distill-checks.ts';
import type { DistillConfig } from '../config/distill-config.ts';
import { isVideo, modelNameOf } from '../config/model-name.ts';
import { modelSizes } from '../config/presets/model-sizes.ts';
import type { Environment } from '../environment.ts';
import { describeLoad } from '../run/describe-load.ts';
import { openEncoderWeights } from '../weights/open-encoder-weights.ts';
import { type ResolvedWeights, resolveWeights } from '../weights/resolve-weights.ts';

/** The model that a student learns from. */
export interface Teacher {
  /** Its encoder. */
  readonly encoder: ImageEncoder | VideoEncoder;
  /** What it is made of. */
  readonly config: ImageEncoderConfig | VideoEncoderConfig;
  /** Where its weights come from; absent where they are random. */
  readonly weights?: ResolvedWeights;
  /** What was read from there, in words. */
  readonly report: string;
}

/** A teacher whose weights were found, and fit the settings. */
export interface FoundTeacher {
  /**
   * Builds and loads it; an engine must be running.
   *
   * @throws InputError when the weights are damaged
   */
  build(): Promise<Teacher>;
  /** Lets go of the file, built or not. */
  close(): Promise<void>;
}

/**
 * Finds the teacher that the settings name. Nothing is read but what its file's directory says, so that mistakes show at once.
 *
 * @throws InputError when there is none, or its kind, patches or layers are not what the settings ask for
 */
export async function findTeacher(config: DistillConfig, environment: Environment): Promise<FoundTeacher> {
  const { path } = config.teacher;
  if (path === undefined) {
    throw new InputError(
      'teacher.path: no teacher was given; add --teacher PATH (a file of weights, a run, or hf:org/name)',
    );
  }
  const resolved = await resolveWeights(path, { environment });
  for (const { path: folder, reason } of resolved.skipped) {
    environment.stderr.write(`passed over ${folder}: ${reason}\n`);
  }
  const { weights, close } = await openEncoderWeights(resolved.path);
  try {
    checkTeacher(weights.description, { config, path });
    const heads = config.teacher.heads ?? weights.description.heads ?? sizesOf(config)?.heads;
    if (heads === undefined) {
      throw new InputError(
        `teacher.heads: nothing says how many attention heads the encoder in ${path} has, its width is ${weights.description.width}; add --teacher-heads`,
      );
    }
    const [h, w] = config.model.imageSize;
    const { frames } = config.model;
    const options = { imageSize: { h, w }, heads };
    // What can be wrong is found here, before the images are opened.
    if (isVideo(config.model)) videoEncoderConfig(weights, { ...options, frames });
    else imageEncoderConfig(weights, options);
    const build = async (): Promise<Teacher> => {
      const { report, ...created } = await createEncoder(
        weights,
        isVideo(config.model) ? { ...options, frames } : options,
      );
      return { ...created, weights: resolved, report: describeLoad(report) };
    };
    return { build, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * A teacher of the sizes that the settings name, with random weights: enough to see what a run would cost.
 *
 * @throws InputError when the settings name no sizes
 */
export function randomTeacher(config: DistillConfig): Teacher {
  const { model, run, teacher } = config;
  const sizes = sizesOf(config);
  if (!sizes) {
    throw new InputError(
      'teacher: neither weights nor sizes were given; add --teacher PATH, or --teacher-model large for random weights',
    );
  }
  const { width, depth } = sizes;
  const shared = {
    width,
    depth,
    heads: teacher.heads ?? sizes.heads,
    imageSize: { h: model.imageSize[0], w: model.imageSize[1] },
  };
  const [h, w] = model.patch;
  const rng = createRng(run.seed, 'teacher');
  const report = 'random weights: no --teacher was given';
  if (isVideo(model)) {
    const ofClips = { ...shared, frames: model.frames, patch: { t: model.tubelet, h, w }, positions: model.positions };
    return { encoder: new VideoEncoder(ofClips, { rng }), config: ofClips, report };
  }
  const ofImages = { ...shared, patch: { h, w }, classToken: model.classToken };
  return { encoder: new ImageEncoder(ofImages, { rng }), config: ofImages, report };
}

/** The size of a teacher in words: `ViT-large 1024x24 (16 heads)`. */
export function describeTeacher({ config }: Teacher): string {
  const { width, depth, heads } = config;
  return `ViT-${modelNameOf(config)} ${width}x${depth} (${heads} heads)`;
}

const sizesOf = ({ teacher }: DistillConfig) => (teacher.preset === undefined ? undefined : modelSizes[teacher.preset]);

function checkTeacher(found: EncoderDescription, { config, path }: { config: DistillConfig; path: string }): void {
  const { align, model, teacher } = config;
  const wanted = isVideo(model) ? 'video' : 'image';
  if (found.kind !== wanted) {
    const name = { image: 'images', video: 'video clips' };
    throw new InputError(
      `teacher: ${path} holds an encoder of ${name[found.kind]}, the student takes ${name[wanted]}; give a teacher of ${name[wanted]}`,
    );
  }
  const sizes = sizesOf(config);
  if (sizes && (sizes.width !== found.width || sizes.depth !== found.depth)) {
    throw new InputError(
      `teacher.preset: ${teacher.preset} is ${sizes.width}x${sizes.depth} (width x depth), ${path} holds ${found.width}x${found.depth}; leave --teacher-model out`,
    );
  }
  const [h, w] = model.patch;
  if (found.patch.h !== h || found.patch.w !== w) {
    const grid = (rows: number, columns: number) =>
      `${rows}x${columns} px (${model.imageSize[0] / rows}x${model.imageSize[1] / columns} tokens)`;
    throw new InputError(
      `teacher: ${path} has patches of ${grid(found.patch.h, found.patch.w)}, the student of ${grid(h, w)}; ` +
        `set model.patch to ${found.patch.h}x${found.patch.w}, so that their tokens are the same`,
    );
  }
  if (isVideo(model) && found.patch.t !== model.tubelet) {
    throw new InputError(
      `teacher: ${path} has cubes of ${found.patch.t} frames, the student of ${model.tubelet}; ` +
        `set model.tubelet to ${found.patch.t}, so that their tokens are the same`,
    );
  }
  for (const key of ['directTeacher', 'generationTeacher'] as const) {
    const layers = align[key];
    if (typeof layers !== 'string') checkLayers(layers, { key: `align.${key}`, who: 'teacher', depth: found.depth });
  }
}
