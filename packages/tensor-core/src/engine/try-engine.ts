import * as tf from '@tensorflow/tfjs-core';
import { rememberBackends } from './backends.ts';
import type { Engine, EngineCandidate, EngineReport, EngineSettings, TensorRecord } from './engine.ts';
import { NotStarted } from './not-started.ts';

/** A candidate that was tried: the report, and the engine where it started. */
export interface TriedEngine {
  /** What was found. */
  readonly report: EngineReport;
  /** The engine, but for those passed over before it. */
  readonly engine?: Omit<Engine, 'passedOver'>;
}

/** Starts a candidate. If that fails, nothing of it stays behind, and tfjs's current backend is the one before. */
export async function tryEngine(candidate: EngineCandidate, settings: EngineSettings): Promise<TriedEngine> {
  const { name, description, remedy } = candidate;
  const restore = rememberBackends();
  try {
    tf.enableProdMode(); // no advertisement on the console, no search of every result for NaN
    const {
      compile = runEagerly,
      freeze,
      device = candidate.devices[0]!,
      devices = [],
      notes = [],
      detail,
    } = await candidate.start(settings);
    await tf.ready();
    const report = { name, description, available: true, detail, device, devices, notes };
    return { report, engine: { name, detail, device, devices, notes, compile, freeze } };
  } catch (cause) {
    await restore();
    const detail = (cause as Error).message;
    const wayOut = cause instanceof NotStarted ? cause.remedy : remedy;
    return { report: { name, description, available: false, detail, remedy: wayOut } };
  }
}

/** Without a graph compiler a step just runs, and what it leaves behind is freed. */
function runEagerly<A extends TensorRecord, R extends TensorRecord>(step: (args: A) => R): (args: A) => R {
  return (args) => tf.tidy(() => step(args));
}
