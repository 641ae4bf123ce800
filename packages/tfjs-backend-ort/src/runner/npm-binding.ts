import { createRequire } from 'node:module';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { OrtBackendError } from '../errors.ts';

const RELEASE = '1.30.0';

/** A tensor of the npm binding. */
export type NpmTensor = Tensor;

/** What the npm binding says of a graph's input or output. */
export interface NpmMetadata {
  /** Its name. */
  name: string;
  /** Whether it is a tensor. */
  isTensor: boolean;
  /** Element type by ONNX's numbers. */
  type: number;
  /** Dimensions, -1 where any length goes. */
  shape: number[];
}

/** The binding's own session, all of whose methods block. */
export interface NpmInferenceSession {
  /** The graph's inputs. */
  readonly inputMetadata: NpmMetadata[];
  /** The graph's outputs. */
  readonly outputMetadata: NpmMetadata[];
  /** Loads a graph. */
  loadModel(buffer: ArrayBufferLike, offset: number, bytes: number, options: InferenceSession.SessionOptions): void;
  /** Runs it; the outputs are those that `fetches` names. */
  run(feeds: Record<string, NpmTensor>, fetches: Record<string, null>, options: object): Record<string, NpmTensor>;
  /** Writes the profile. */
  endProfiling(): void;
  /** Gives it back. */
  dispose(): void;
}

/** What is used of the npm binding. */
export interface NpmBinding {
  /** The package's version. */
  readonly version: string;
  /** The session class. */
  readonly InferenceSession: new () => NpmInferenceSession;
  /** The tensor class. */
  readonly Tensor: typeof Tensor;
}

const require = createRequire(import.meta.url);

/**
 * The npm binding's synchronous session, which lies beneath the public one. tfjs asks for values synchronously (`dataSync`), and the
 * public session's methods return promises although they block.
 *
 * @throws OrtBackendError when onnxruntime-node can't be loaded, or is of another version
 */
export function loadNpmBinding(load: (id: string) => unknown = require): NpmBinding {
  let version = 'unknown';
  try {
    ({ version } = load('onnxruntime-node/package.json') as { version: string });
    const { Tensor } = load('onnxruntime-node') as { Tensor: NpmBinding['Tensor'] };
    const { binding, initOrt } = load('onnxruntime-node/dist/binding.js') as {
      binding: { InferenceSession: NpmBinding['InferenceSession'] };
      initOrt: () => void;
    };
    if (version === RELEASE) {
      initOrt();
      return { version, InferenceSession: binding.InferenceSession, Tensor };
    }
  } catch (cause) {
    throw new OrtBackendError(
      `onnxruntime-node: it can't be loaded, got ${cause}; install version ${RELEASE} for this system`,
      { cause },
    );
  }
  throw new OrtBackendError(`onnxruntime-node: this needs version ${RELEASE}, got ${version}; install that one`);
}
