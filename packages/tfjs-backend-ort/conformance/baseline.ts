import { readFileSync, writeFileSync } from 'node:fs';
import type { SuiteResult } from './supervise.ts';

/** Which specs tfjs-backend-wasm passes: all that run on a backend, but for those named here. */
export interface WasmBaseline {
  /** The version of tfjs-core whose suite it is, and of the wasm backend. */
  tfjs: string;
  /** How many specs of the suite wasm passes. */
  passes: number;
  /** The names of the specs that it runs and does not pass. */
  fails: readonly string[];
}

const FILE = new URL('wasm-passes.json', import.meta.url);

/**
 * Reads the committed baseline.
 *
 * @param tfjs the version of the suite that is run
 * @throws Error when the baseline is of another version
 */
export function readBaseline(tfjs: string): WasmBaseline {
  const baseline: WasmBaseline = JSON.parse(readFileSync(FILE, 'utf8'));
  if (baseline.tfjs === tfjs) return baseline;
  throw new Error(
    `conformance: wasm-passes.json is of tfjs ${baseline.tfjs}, the suite of ${tfjs}; remake it with --backend wasm --write-baseline`,
  );
}

/**
 * Writes the baseline from a run of the whole suite on wasm.
 *
 * @param tfjs the version of the suite
 * @param result what the specs came to
 */
export function writeBaseline(tfjs: string, { ends }: SuiteResult): void {
  const names = (outcome: string) => ends.filter((end) => end.outcome === outcome).map(({ name }) => name);
  const baseline: WasmBaseline = { tfjs, passes: names('passed').length, fails: names('failed') };
  writeFileSync(FILE, `${JSON.stringify(baseline, null, 2)}\n`);
}
