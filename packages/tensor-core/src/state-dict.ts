import { InputError } from '@masked-distill/base';
import * as tf from '@tensorflow/tfjs-core';
import { type TensorData, tensorData, toFloat32 } from './files/index.ts';

/** Reads the present values of named variables, ready to be written to a file. */
export async function stateDict(variables: ReadonlyMap<string, tf.Variable>): Promise<Map<string, TensorData>> {
  const state = new Map<string, TensorData>();
  for (const [name, variable] of variables) {
    state.set(name, tensorData((await variable.data()) as Float32Array, variable.shape));
  }
  return state;
}

/** Options of {@link loadStateDict}. */
export interface LoadStateDictOptions {
  /** What the tensors come from, for error messages. Default 'checkpoint'. */
  source?: string;
  /** Whether every variable must be there. Default true. */
  strict?: boolean;
}

/** What {@link loadStateDict} found. */
export interface LoadReport {
  /** Variables that the checkpoint does not hold; they keep their values. */
  missing: string[];
  /** Tensors that the model has no place for. */
  unused: string[];
}

/**
 * Gives variables the values of the tensors of the same names. Nothing is changed unless everything fits.
 *
 * @throws InputError when a shape differs (naming the tensor and both shapes), or a variable is missing and `strict` is set
 */
export function loadStateDict(
  variables: ReadonlyMap<string, tf.Variable>,
  tensors: ReadonlyMap<string, TensorData>,
  { source = 'checkpoint', strict = true }: LoadStateDictOptions = {},
): LoadReport {
  const missing = [...variables.keys()].filter((name) => !tensors.has(name));
  if (strict && missing.length > 0) {
    throw new InputError(
      `load: ${source} has no ${missing[0]}${missing.length > 1 ? ` (nor ${missing.length - 1} more that the model has)` : ''}; it is of another model`,
    );
  }
  for (const [name, variable] of variables) {
    const found = tensors.get(name);
    if (found && `${found.shape}` !== `${variable.shape}`) {
      throw new InputError(
        `load: ${name} is [${found.shape}] in ${source} and [${variable.shape}] in the model; choose the model's sizes to match`,
      );
    }
  }
  for (const [name, variable] of variables) {
    const found = tensors.get(name);
    if (found) tf.tidy(() => variable.assign(tf.tensor(toFloat32(found), variable.shape)));
  }
  return { missing, unused: [...tensors.keys()].filter((name) => !variables.has(name)) };
}
