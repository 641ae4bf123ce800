/** Beyond this many pieces a frame costs more to look up than to hand over, and a command line has an end. */
const MAX_PIECES = 256;

/**
 * What FFmpeg's `select` filter is to let through: the wanted frames, and those after the last, which show that the decoder is past it.
 *
 * @param variable what frames are known by: `pts`, or `n`
 * @param frames indices of the wanted frames, ascending
 * @param times the value of the variable for every frame, ascending
 */
export function selectExpression(
  variable: 'pts' | 'n',
  { frames, times }: { readonly frames: readonly number[]; readonly times: ArrayLike<number> },
): string {
  const [first, last] = [frames[0]!, frames.at(-1)!];
  const runs: [from: number, to: number][] = [];
  for (const frame of frames) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] === frame - 1) run[1] = frame;
    else runs.push([frame, frame]);
  }
  if (runs.length > MAX_PIECES) return `gte(${variable},${times[first]})`;
  const pieces = runs.map(([from, to]) =>
    from === to ? `eq(${variable},${times[from]})` : `between(${variable},${times[from]},${times[to]})`,
  );
  return [...pieces, `gt(${variable},${times[last]})`].join('+');
}
