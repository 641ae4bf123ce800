import { OrtBackendError } from '../errors.ts';
import type { OrtApi } from './ort-api.ts';
import type { SessionOptions } from './runner.ts';

const SEQUENTIAL = 0;
const ALL_OPTIMIZATIONS = 99;
// Whatever goes wrong comes back as a status, so nothing needs to be printed beside it.
const FATAL_ONLY = 4;

/**
 * Makes a session out of a model.
 *
 * @returns its address
 * @throws OrtBackendError when the settings or the model are refused
 */
export function createNativeSession(
  api: OrtApi,
  { model, options: { threads, spinning = true, profile } }: { model: Uint8Array; options: SessionOptions },
): bigint {
  if (!Number.isInteger(threads) || threads < 1) {
    throw new OrtBackendError(`createSession: threads is a whole number from 1, got ${threads}`);
  }
  if (model.byteLength === 0) throw new OrtBackendError('createSession: the model has no bytes, got an empty array');
  const settings = api.get('CreateSessionOptions');
  try {
    api.SetIntraOpNumThreads(settings, threads);
    api.SetInterOpNumThreads(settings, 1);
    api.SetSessionExecutionMode(settings, SEQUENTIAL);
    api.SetSessionGraphOptimizationLevel(settings, ALL_OPTIMIZATIONS);
    api.SetSessionLogSeverityLevel(settings, FATAL_ONLY);
    // Its plan of one big block saves nothing measurable here and costs 300 MB on a ViT-S step.
    api.DisableMemPattern(settings);
    // Moments of parameters that no longer change decay through the denormals, which are a hundred times slower.
    api.AddSessionConfigEntry(settings, 'session.set_denormal_as_zero', '1');
    if (!spinning) api.AddSessionConfigEntry(settings, 'session.intra_op.allow_spinning', '0');
    if (profile !== undefined) api.EnableProfiling(settings, profile);
    // From memory: a path would be of other characters on Windows.
    return api.get('CreateSessionFromArray', api.environment, model, model.byteLength, settings);
  } finally {
    api.ReleaseSessionOptions(settings);
  }
}
