/** Sizes of the models of `amd.bench.ts`. */
export interface AmdSizes {
  batch: number;
  imageSize: number;
  patch: number;
  ratio: number;
  teacherRatio: number;
  teacher: { width: number; depth: number };
  student: { width: number; depth: number };
  decoder: { width: number; depth: number };
  layers: readonly number[];
  generatorDepth: number;
}

/** Floating-point operations of the matrix products of a step's parts: forward, and, but for the teacher, twice that backward. */
export function partFlops({ batch, imageSize, patch, layers, ...sizes }: AmdSizes) {
  const { teacher, student, decoder } = sizes;
  const [tokens, values] = [(imageSize / patch) ** 2, patch ** 2 * 3];
  const seenBy = (ratio: number) => Math.floor(tokens * (1 - ratio));
  const [visible, seen] = [seenBy(sizes.ratio), seenBy(sizes.teacherRatio)];
  /** Blocks on so many tokens; of the last block only `asked` tokens are computed, and keys and values of all. */
  const blocks = (depth: number, rows: number, width: number, asked = rows) =>
    (depth - 1) * (2 * rows * 12 * width ** 2 + 4 * rows ** 2 * width) +
    (2 * (10 * asked + 2 * rows) * width ** 2 + 4 * asked * rows * width);
  const embed = (rows: number, width: number) => 2 * rows * values * width;
  const bridge = 2 * (visible + 1) * student.width * decoder.width + 2 * (tokens - visible) * decoder.width * values;
  const reconstruct = blocks(decoder.depth, tokens + 1, decoder.width, tokens - visible) + bridge;
  const project = 2 * (visible + 1) * student.width * teacher.width;
  return {
    teacher: batch * (embed(seen, teacher.width) + blocks(teacher.depth, seen + 1, teacher.width)),
    // The gradient with respect to the pixels is not needed.
    mae:
      batch *
      (2 * embed(visible, student.width) + 3 * (blocks(student.depth, visible + 1, student.width) + reconstruct)),
    alignment:
      batch * layers.length * 3 * (project + blocks(sizes.generatorDepth, seen + 1, teacher.width, seen - visible)),
  };
}
