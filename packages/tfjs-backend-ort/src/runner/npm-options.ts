import type { InferenceSession } from 'onnxruntime-node';
import { OrtBackendError } from '../errors.ts';
import type { Device, SessionOptions } from './runner.ts';

// Whatever goes wrong comes back as an error, so nothing needs to be printed beside it.
const FATAL_ONLY = 4;

/**
 * The npm binding's settings for a session of a device.
 *
 * @throws OrtBackendError when a setting makes no sense
 */
export function npmSessionOptions(
  device: Device,
  { outputs, resident = [], threads, spinning = true, profile }: SessionOptions,
): InferenceSession.SessionOptions {
  if (!Number.isInteger(threads) || threads < 1) {
    throw new OrtBackendError(`createSession: threads is a whole number from 1, got ${threads}`);
  }
  // Only WebGPU's buffers can be handed from run to run.
  const locations = device === 'webgpu' && resident.includes(true);
  return {
    executionProviders: [device],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    // See native-options.ts for this and the next.
    enableMemPattern: false,
    extra: {
      session: { set_denormal_as_zero: '1', ...(spinning ? {} : { intra_op: { allow_spinning: '0' } }) },
    },
    ...(locations && {
      preferredOutputLocation: Object.fromEntries(
        outputs.map((name, index) => [name, resident[index] ? 'gpu-buffer' : 'cpu']),
      ),
    }),
    logSeverityLevel: FATAL_ONLY,
    ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
  };
}
