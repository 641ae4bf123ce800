import type { WasmBaseline } from './baseline.ts';
import { NOT_ON_BACKEND } from './skips.ts';
import type { SuiteResult } from './supervise.ts';

/** The share of the specs that wasm passes which a backend must pass. */
const WANTED_SHARE = 0.95;

/** Failures with the same error from which on the summary counts them. */
const FREQUENT = 4;

/** What a run came to, ready to be printed or written as JSON. */
export interface Summary {
  /** The backend under test. */
  backend: string;
  /** The version of tfjs-core whose suite it is. */
  tfjs: string;
  /** The text that the names of the specs had to hold; empty for the whole suite. */
  filter: string;
  /** How many specs were selected. */
  selected: number;
  /** How many of them passed. */
  passed: number;
  /** How many were skipped, for each reason. */
  skipped: Record<string, number>;
  /** Which failed, with the errors and where they came from. */
  failed: { name: string; message: string }[];
  /** Of the selected specs, how many wasm passes, and how many of those this backend passes. */
  ofWasm: { passes: number; passed: number };
  /** Entries of the skip list that match no spec. */
  unusedSkips: string[];
  /** Whether nothing failed, and enough passed. */
  ok: boolean;
}

/**
 * Adds a run up.
 *
 * @param result what the specs came to
 */
export function summarize(
  { ends, unusedSkips }: SuiteResult,
  { baseline, ...about }: { backend: string; tfjs: string; filter: string; baseline: WasmBaseline },
): Summary {
  const skipped: Record<string, number> = {};
  for (const { outcome, message } of ends) {
    if (outcome === 'skipped') skipped[message] = (skipped[message] ?? 0) + 1;
  }
  const passed = ends.filter(({ outcome }) => outcome === 'passed');
  const failed = ends.filter(({ outcome }) => outcome === 'failed');
  const wasmFails = new Set(baseline.fails);
  const passedOfWasm = passed.filter(({ name }) => !wasmFails.has(name)).length;
  const selectedOfWasm = ends.filter(({ name, message }) => message !== NOT_ON_BACKEND && !wasmFails.has(name)).length;
  const wasmPasses = about.filter ? selectedOfWasm : baseline.passes;
  const enough = about.filter !== '' || passedOfWasm >= WANTED_SHARE * wasmPasses;
  return {
    ...about,
    selected: ends.length,
    passed: passed.length,
    skipped,
    failed: failed.map(({ name, message }) => ({ name, message })),
    ofWasm: { passes: wasmPasses, passed: passedOfWasm },
    unusedSkips,
    ok: failed.length === 0 && unusedSkips.length === 0 && enough,
  };
}

/**
 * The table that ends a run.
 *
 * @param summary what the run came to
 * @param options with `inFull`, failures are given with all their lines instead of the first
 */
export function formatSummary(summary: Summary, { inFull = false } = {}): string {
  const { backend, tfjs, filter, selected, passed, skipped, failed, ofWasm, unusedSkips } = summary;
  const reasons = Object.entries(skipped).sort(([, a], [, b]) => b - a);
  const row = (label: string, count: number, note = '') =>
    `${label.padEnd(10)}${String(count).padStart(6)}  ${note}`.trimEnd();
  const share = ofWasm.passes === 0 ? '' : ` (${((100 * ofWasm.passed) / ofWasm.passes).toFixed(2)} %)`;
  return [
    ...failed.map(({ name, message }) => `FAILED ${name}\n       ${inFull ? message : message.split('\n')[0]}`),
    ...frequentErrors(failed),
    ...unusedSkips.map((spec) => `UNUSED skipped.ts: '${spec}' matches no spec; remove it`),
    `tfjs-core ${tfjs} suite on ${backend}${filter ? `, specs with '${filter}'` : ''}`,
    row('specs', selected),
    row('passed', passed),
    row(
      'skipped',
      reasons.reduce((sum, [, count]) => sum + count, 0),
    ),
    ...reasons.map(([reason, count]) => row('', count, reason)),
    row('failed', failed.length),
    `Of the ${ofWasm.passes} specs that wasm passes, ${backend} passes ${ofWasm.passed}${share}.`,
  ].join('\n');
}

/** Which errors many of the failures share, such as a kernel that is missing. */
function frequentErrors(failed: Summary['failed']): string[] {
  const counts = new Map<string, number>();
  for (const { message } of failed) {
    const line = message.split('\n')[0]!;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  const frequent = [...counts].filter(([, count]) => count >= FREQUENT).sort(([, a], [, b]) => b - a);
  return frequent.map(([line, count]) => `${String(count).padStart(6)} × ${line}`);
}
