import { MaskedDistillError } from '@masked-distill/base';
import * as tf from '@tensorflow/tfjs-core';

/** Options of {@link Module.parameter}. */
export interface ParameterOptions {
  /** False for tables that stand in the checkpoint but are never trained. Default true. */
  trainable?: boolean;
}

/**
 * A part of a model: it owns variables and other modules under the names that PyTorch's state dict gives them, so that a
 * checkpoint is a plain look-up.
 *
 * @example
 * ```ts
 * class Mlp extends Module {
 *   readonly fc1 = this.child('fc1', new Linear(64, 256, { rng }));
 *   readonly fc2 = this.child('fc2', new Linear(256, 64, { rng }));
 * }
 * [...new Mlp().namedVariables().keys()]; // fc1.weight, fc1.bias, fc2.weight, fc2.bias
 * ```
 */
export abstract class Module {
  readonly #variables = new Map<string, tf.Variable>();
  readonly #children: { name: string; module: Module }[] = [];

  /** Registers a variable of the given shape that starts with `values` (row-major). */
  protected parameter(
    name: string,
    shape: readonly number[],
    values: Float32Array,
    { trainable = true }: ParameterOptions = {},
  ): tf.Variable {
    if (this.#variables.has(name)) throw duplicateName(name);
    const variable = tf.tidy(() => tf.variable(tf.tensor(values, [...shape], 'float32'), trainable));
    this.#variables.set(name, variable);
    return variable;
  }

  /** Registers another module; the names of its variables begin with `name.`, or with nothing if `name` is empty. */
  protected child<M extends Module>(name: string, module: M): M {
    this.#children.push({ name, module });
    return module;
  }

  /** Registers a list of modules as `name.0`, `name.1`, … */
  protected children<M extends Module>(name: string, modules: readonly M[]): readonly M[] {
    modules.forEach((module, i) => {
      this.child(`${name}.${i}`, module);
    });
    return modules;
  }

  /** This module and every module below it. */
  *modules(): Generator<Module> {
    yield this;
    for (const { module } of this.#children) yield* module.modules();
  }

  /** Every variable below this module by its full name, in the order of registration, frozen tables included. */
  namedVariables(): Map<string, tf.Variable> {
    const all = new Map(this.#variables);
    for (const { name, module } of this.#children) {
      for (const [key, variable] of module.namedVariables()) {
        const full = name ? `${name}.${key}` : key;
        if (all.has(full)) throw duplicateName(full);
        all.set(full, variable);
      }
    }
    return all;
  }

  /** The variables that training changes. */
  trainableVariables(): Map<string, tf.Variable> {
    return new Map([...this.namedVariables()].filter(([, variable]) => variable.trainable));
  }

  /** How many numbers training changes. */
  parameterCount(): number {
    return [...this.trainableVariables().values()].reduce((sum, variable) => sum + variable.size, 0);
  }

  /** Frees every variable below this module. */
  dispose(): void {
    for (const variable of this.namedVariables().values()) variable.dispose();
  }
}

const duplicateName = (name: string) =>
  new MaskedDistillError(`Module: two variables are called ${name}; give them or their modules different names`);
