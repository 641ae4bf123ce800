import { MaskedDistillError } from '@masked-distill/base';
import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from './engine.ts';

/** One case of the conformance suite, to be run by any test runner. */
export interface EngineConformanceCase {
  /** What must hold. */
  name: string;
  /** Throws if it does not. */
  run(engine: Engine): Promise<void>;
}

function demand(condition: boolean, what: string): asserts condition {
  if (!condition) throw new MaskedDistillError(`engine: ${what}`);
}

/** One step of gradient descent on ½·(w·x)², with every kind of thing a step does: read and assign a variable, leave scratch behind. */
const descend = (weight: tf.Variable) => (args: { x: tf.Tensor; rate: tf.Tensor }) => {
  const { value, grads } = tf.variableGrads(
    () => tf.mul(0.5, tf.sum(tf.square(tf.mul(weight, args.x)))) as tf.Scalar,
    [weight],
  );
  weight.assign(tf.sub(weight, tf.mul(grads[weight.name]!, args.rate)));
  return { loss: value, scaled: tf.mul(args.x, args.rate) };
};

/** The loss and the weight after each of four steps, every one with other arguments. */
async function descent(run: (step: ReturnType<typeof descend>, weight: tf.Variable) => ReturnType<typeof descend>) {
  const weight = tf.tidy(() => tf.variable(tf.tensor1d([1, -2, 3])));
  const step = run(descend(weight), weight);
  const trace: number[] = [];
  for (let i = 1; i <= 4; i++) {
    const args = { x: tf.tensor1d([i, 1, -1]), rate: tf.scalar(0.1 / i) };
    const before = tf.memory().numTensors;
    const results = step(args);
    const left = tf.memory().numTensors - before;
    demand(left === Object.keys(results).length, `a call leaves ${left} tensors, not its results alone`);
    demand(!args.x.isDisposed && !args.rate.isDisposed, 'a call disposes its arguments');
    trace.push(...(await results.loss.data()), ...(await results.scaled.data()), ...(await weight.data()));
    tf.dispose([results, args]);
  }
  weight.dispose();
  return trace;
}

/**
 * What every engine must do, however it runs a compiled step.
 *
 * @example
 * ```ts
 * for (const { name, run } of engineConformance) it(name, async () => run(await useEngine({ prefer: 'mine', candidates: [mine] })));
 * ```
 */
export const engineConformance: readonly EngineConformanceCase[] = [
  {
    name: 'a compiled step gives what a plain call gives, call after call, and assigns the same',
    async run(engine) {
      const before = tf.memory().numTensors;
      const compiled = await descent((step, weight) => engine.compile(step, [weight]));
      const plain = await descent((step) => (args) => tf.tidy(() => step(args)));
      demand(compiled.length === plain.length, 'a compiled step gives other shapes');
      const worst = Math.max(...compiled.map((value, i) => Math.abs(value - plain[i]!)));
      demand(worst <= 1e-6, `a compiled step differs by ${worst} from a plain call`);
      demand(tf.memory().numTensors === before, `${tf.memory().numTensors - before} tensors are left`);
    },
  },
  {
    name: 'frees what a step that throws had made',
    async run(engine) {
      const x = tf.scalar(1);
      const before = tf.memory().numTensors;
      const failing = engine.compile((args: { x: tf.Tensor }): { y: tf.Tensor } => {
        throw new Error(`half-way at ${tf.add(args.x, 1).shape.length}`);
      }, []);
      let message = '';
      try {
        failing({ x });
      } catch (cause) {
        message = (cause as Error).message;
      }
      demand(message === 'half-way at 0', `the step's own error is not passed on ('${message}')`);
      demand(tf.memory().numTensors === before, `${tf.memory().numTensors - before} tensors are left`);
      x.dispose();
    },
  },
];
