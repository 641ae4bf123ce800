import * as tf from '@tensorflow/tfjs-core';
import { currentBackend } from '../current-backend.ts';
import { OrtBackendError } from '../errors.ts';

/** Options of {@link freeze}. */
export interface FreezeOptions {
  /**
   * Number format of the matrix products that read what is frozen. With 'int8' their weights are rounded to 8 bits with a scale for each
   * output column, their inputs to 8 bits at each run. Default 'float32'.
   */
  precision?: 'float32' | 'int8';
  /** Computes features with what is frozen, in order to measure what `precision: 'int8'` does to them. */
  probe?: () => tf.Tensor;
}

/** What {@link freeze} found. */
export interface FreezeReport {
  /** Tensors frozen. */
  tensors: number;
  /** Elements frozen. */
  elements: number;
  /**
   * How far the probe's features moved, ‖after − before‖ / ‖before‖; nothing without a probe.
   */
  featureError?: number;
}

/**
 * Embeds tensors in the graphs that read them, where the runtime may rearrange them once for all: for the weights of a teacher that is
 * never trained. Every graph that reads them holds a copy. A variable thaws when something is assigned to it.
 *
 * @param tensors variables or other tensors of type float32
 * @throws OrtBackendError when one is not float32, or this backend is not the current one
 * @example
 * ```ts
 * const { featureError } = freeze(teacher.variables, { precision: 'int8', probe: () => teacher.features(images) });
 * ```
 */
export async function freeze(
  tensors: Iterable<tf.Tensor>,
  { precision = 'float32', probe }: FreezeOptions = {},
): Promise<FreezeReport> {
  const backend = currentBackend('freeze');
  const list = [...tensors];
  const wrong = list.find(({ dtype }) => dtype !== 'float32');
  if (wrong) {
    throw new OrtBackendError(
      `freeze: a tensor of shape [${wrong.shape}] is ${wrong.dtype}; only float32 can be frozen`,
    );
  }
  const before = probe && (await elementsOf(probe));
  for (const { dataId } of list) backend.freezeValue(dataId, precision);
  const after = before && (await elementsOf(probe!));
  const elements = list.reduce((sum, { size }) => sum + size, 0);
  return { tensors: list.length, elements, ...(before && { featureError: relativeError(after!, before) }) };
}

async function elementsOf(probe: () => tf.Tensor): Promise<ArrayLike<number>> {
  const features = tf.tidy(probe);
  const elements = await features.data();
  features.dispose();
  return elements;
}

function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference += (found[i]! - expected[i]!) ** 2;
    norm += expected[i]! ** 2;
  }
  return Math.sqrt(difference / norm);
}
