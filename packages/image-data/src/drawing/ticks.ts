/** The marks along an axis. */
export interface Ticks {
  /** Where they are, ascending. */
  readonly values: readonly number[];
  /** What is written at each. */
  readonly labels: readonly string[];
}

/** Marks at multiples of 1, 2 or 5 times a power of ten, from the last one below `low` to the first one above `high`. */
export function linearTicks(low: number, high: number, count: number): Ticks {
  if (!(high > low)) {
    const margin = Math.max(Math.abs(high), 1) * 0.1;
    return linearTicks(low - margin, high + margin, count);
  }
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (rough / power > 5 ? 10 : rough / power > 2 ? 5 : rough / power > 1 ? 2 : 1);
  // A hair of slack, so that 0.3 / 0.1 counts as 3.
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  const values = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return { values, labels: values.map((value) => formatTick(value, digits)) };
}

/** Marks at 1, 2 and 5 times the powers of ten around the range, or at the powers alone where it spans more than three. */
export function logTicks(low: number, high: number): Ticks {
  const powers = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))] as const;
  const factors = powers[1] - powers[0] > 3 ? [1] : [1, 2, 5];
  const all: number[] = [];
  for (let power = powers[0]; power <= powers[1]; power++) {
    // 10 ** -3 * 5 is not 0.005; parsing is.
    for (const factor of factors) all.push(Number(`${factor}e${power}`));
  }
  const first = all.findLastIndex((value) => value <= low);
  const last = all.findIndex((value) => value >= high);
  const values = all.slice(Math.max(first, 0), Math.max(last, first + 1) + 1);
  return { values, labels: values.map((value) => formatTick(value)) };
}

/** Short: 12000 is 12k, 2500000 is 2.5M, 0.00001 is 1e-5. */
function formatTick(value: number, digits?: number): string {
  const size = Math.abs(value);
  if (size < 1e-12) return '0';
  if (size >= 1e9 || size < 1e-4) return Number(value.toPrecision(3)).toExponential().replace('e+', 'e');
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(6))}M`;
  if (size >= 1e4) return `${Number((value / 1e3).toPrecision(6))}k`;
  return digits === undefined ? String(Number(value.toPrecision(6))) : value.toFixed(digits);
}
