/** Sizes of one transformer. */
interface TransformerSize {
  width: number;
  depth: number;
  heads: number;
}

/** Sizes of the models of a bench of distillation, over images or, where there are `frames`, clips. */
export interface AmdSizes {
  batch: number;
  /** Frames of a clip, and of a cube. */
  frames?: number;
  tubelet?: number;
  imageSize: number;
  patch: number;
  ratio: number;
  teacherRatio: number;
  teacher: TransformerSize;
  student: TransformerSize;
  decoder: TransformerSize;
  layers: readonly number[];
  generatorDepth: number;
}

/** Floating-point operations of the matrix products of a step's parts: forward, and, but for the teacher, twice that backward. */
export function partFlops({ batch, imageSize, patch, layers, ...sizes }: AmdSizes) {
  const { teacher, student, decoder, frames, tubelet = 1 } = sizes;
  const [slices, perSlice] = [frames ? frames / tubelet : 1, (imageSize / patch) ** 2];
  const [tokens, values] = [slices * perSlice, tubelet * patch ** 2 * 3];
  const prefix = frames ? 0 : 1;
  const seenBy = (ratio: number) => slices * (perSlice - Math.floor(perSlice * ratio));
  const [visible, seen] = [seenBy(sizes.ratio), seenBy(sizes.teacherRatio)];
  /** Blocks on so many tokens; of the last block only `asked` tokens are computed, and keys and values of all. */
  const blocks = (depth: number, rows: number, width: number, asked = rows) =>
    (depth - 1) * (2 * rows * 12 * width ** 2 + 4 * rows ** 2 * width) +
    (2 * (10 * asked + 2 * rows) * width ** 2 + 4 * asked * rows * width);
  const embed = (rows: number, width: number) => 2 * rows * values * width;
  const bridge =
    2 * (visible + prefix) * student.width * decoder.width + 2 * (tokens - visible) * decoder.width * values;
  const reconstruct = blocks(decoder.depth, tokens + prefix, decoder.width, tokens - visible) + bridge;
  const project = 2 * (visible + prefix) * student.width * teacher.width;
  return {
    teacher: batch * (embed(seen, teacher.width) + blocks(teacher.depth, seen + prefix, teacher.width)),
    // The gradient with respect to the pixels is not needed.
    mae:
      batch *
      (2 * embed(visible, student.width) + 3 * (blocks(student.depth, visible + prefix, student.width) + reconstruct)),
    alignment:
      batch *
      layers.length *
      3 *
      (project + blocks(sizes.generatorDepth, seen + prefix, teacher.width, seen - visible)),
  };
}
