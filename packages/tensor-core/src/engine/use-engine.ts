import { InputError, MaskedDistillError } from '@masked-distill/base';
import { engineCandidates } from './candidates.ts';
import type { Engine, EngineCandidate, EngineDevice, EngineName, EngineReport } from './engine.ts';
import { tryEngine } from './try-engine.ts';

/** Options of {@link useEngine}. */
export interface UseEngineOptions {
  /** An engine's name, or 'auto' for the first that starts. Default 'auto'. */
  prefer?: EngineName | 'auto';
  /** A device, on which the engine then runs or is not taken; or 'auto' for whatever suits the engine best. Default 'auto'. */
  device?: EngineDevice | 'auto';
  /** Threads of the processor, for `onnxruntime`; the others choose themselves. Default: all cores. */
  threads?: number;
  /** The engines to choose from, best first. Default {@link engineCandidates}. */
  candidates?: readonly EngineCandidate[];
}

/**
 * Starts an engine and makes it tfjs's current backend.
 *
 * @throws InputError when the engine or the device asked for by name is unknown or can't start; it never falls back silently
 * @throws MaskedDistillError when 'auto' finds none that starts
 */
export async function useEngine({
  prefer = 'auto',
  device = 'auto',
  threads,
  candidates = engineCandidates,
}: UseEngineOptions = {}): Promise<Engine> {
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1)) {
    throw new InputError(`useEngine: threads is a whole number from 1, got ${threads}; leave it out for all cores`);
  }
  const passedOver: EngineReport[] = [];
  for (const candidate of chooseFrom(candidates, { prefer, device })) {
    const { report, engine } = await tryEngine(candidate, { device, threads });
    if (engine) return { ...engine, passedOver };
    passedOver.push(report);
  }
  const reasons = passedOver
    .map(({ name, detail, remedy }) => `${name}: ${detail}${remedy ? `; ${remedy}` : ''}`)
    .join(' | ');
  if (prefer !== 'auto') throw new InputError(`useEngine: ${reasons}`);
  if (device !== 'auto') throw new InputError(`useEngine: no engine starts on ${device} (${reasons})`);
  throw new MaskedDistillError(`useEngine: no engine starts (${reasons})`);
}

/** Tries every engine and reports on each, best first; the last that starts stays tfjs's current backend. */
export async function probeEngines(candidates: readonly EngineCandidate[] = engineCandidates): Promise<EngineReport[]> {
  const reports: EngineReport[] = [];
  for (const candidate of candidates) reports.push((await tryEngine(candidate, { device: 'auto' })).report);
  return reports;
}

/** The candidates that are what was asked for; at least one. */
function chooseFrom(
  candidates: readonly EngineCandidate[],
  { prefer, device }: Required<Pick<UseEngineOptions, 'prefer' | 'device'>>,
): readonly EngineCandidate[] {
  const named = prefer === 'auto' ? candidates : candidates.filter(({ name }) => name === prefer);
  if (named.length === 0) {
    throw new InputError(
      `useEngine: no engine is called '${prefer}'; choose auto, ${candidates.map(({ name }) => name).join(', ')}`,
    );
  }
  if (device === 'auto') return named;
  const able = (among: readonly EngineCandidate[]) => among.filter(({ devices }) => devices.includes(device));
  if (able(named).length > 0) return able(named);
  const others = able(candidates).map(({ name }) => name);
  const wayOut = others.length > 0 ? `leave the device out, or choose ${others.join(' or ')}` : 'leave the device out';
  const computesOn = [...new Set(named.flatMap(({ devices }) => devices))].join(', ');
  throw new InputError(
    `useEngine: ${prefer === 'auto' ? 'these engines compute' : `${prefer} computes`} on ${computesOn}, got device ${device}; ${wayOut}`,
  );
}
