import { InputError, MaskedDistillError } from '@masked-distill/base';
import * as tf from '@tensorflow/tfjs-core';
import { engineCandidates } from './candidates.ts';
import type { Engine, EngineCandidate, EngineName, EngineReport, TensorRecord } from './engine.ts';

/** Options of {@link useEngine}. */
export interface UseEngineOptions {
  /** An engine's name, or 'auto' for the first that starts. Default 'auto'. */
  prefer?: EngineName | 'auto';
  /** The engines to choose from, best first. Default {@link engineCandidates}. */
  candidates?: readonly EngineCandidate[];
}

/**
 * Starts an engine and makes it tfjs's current backend.
 *
 * @throws InputError when the engine asked for by name is unknown or can't start; it never falls back silently
 * @throws MaskedDistillError when 'auto' finds none that starts
 */
export async function useEngine({
  prefer = 'auto',
  candidates = engineCandidates,
}: UseEngineOptions = {}): Promise<Engine> {
  const wanted = prefer === 'auto' ? candidates : candidates.filter(({ name }) => name === prefer);
  if (wanted.length === 0) {
    throw new InputError(
      `useEngine: no engine is called '${prefer}'; choose auto, ${candidates.map(({ name }) => name).join(', ')}`,
    );
  }
  const passedOver: EngineReport[] = [];
  for (const candidate of wanted) {
    const { report, compile } = await tryEngine(candidate);
    if (report.available) return { name: candidate.name, detail: report.detail, passedOver, compile };
    passedOver.push(report);
  }
  const reasons = passedOver
    .map(({ name, detail, remedy }) => `${name}: ${detail}${remedy ? `; ${remedy}` : ''}`)
    .join(' | ');
  if (prefer !== 'auto') throw new InputError(`useEngine: ${reasons}`);
  throw new MaskedDistillError(`useEngine: no engine starts (${reasons})`);
}

/** Tries every engine and reports on each, best first; the last that starts stays tfjs's current backend. */
export async function probeEngines(candidates: readonly EngineCandidate[] = engineCandidates): Promise<EngineReport[]> {
  const reports: EngineReport[] = [];
  for (const candidate of candidates) reports.push((await tryEngine(candidate)).report);
  return reports;
}

async function tryEngine(candidate: EngineCandidate): Promise<{ report: EngineReport; compile: Engine['compile'] }> {
  const { name, description, remedy } = candidate;
  try {
    tf.enableProdMode(); // no advertisement on the console, no search of every result for NaN
    const { detail, compile = runEagerly } = await candidate.start();
    await tf.ready();
    return { report: { name, description, available: true, detail }, compile };
  } catch (cause) {
    const detail = (cause as Error).message;
    return { report: { name, description, available: false, detail, remedy }, compile: runEagerly };
  }
}

/** Without a graph compiler a step just runs, and what it leaves behind is freed. */
function runEagerly<A extends TensorRecord, R extends TensorRecord>(step: (args: A) => R): (args: A) => R {
  return (args) => tf.tidy(() => step(args));
}
