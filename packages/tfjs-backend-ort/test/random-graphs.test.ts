import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import fc from 'fast-check';
import { describe, test } from 'vitest';
import { compile } from '../src/index.ts';
import { compareWithCpu, numbers } from './support/compare-with-cpu.ts';

/** One instruction of a random program: which operation, on which of the tensors so far, with which parameter. */
interface Instruction {
  op: number;
  a: number;
  b: number;
  p: number;
}

const instruction = fc.record({ op: fc.nat(100), a: fc.nat(100), b: fc.nat(100), p: fc.nat(100) });
const program = fc.array(instruction, { minLength: 1, maxLength: 14 });

const axisOf = (x: tf.Tensor, p: number) => p % x.rank;

/** Brings `b` to the shape of `a` by repeating what it has, so that any two tensors can meet. */
function like(b: tf.Tensor, a: tf.Tensor): tf.Tensor {
  const flat = tf.reshape(b, [-1]);
  const times = Math.ceil(a.size / flat.size);
  return tf.reshape(tf.slice(tf.tile(flat, [times]), [0], [a.size]), a.shape);
}

/** Keeps numbers small, so that no chain of operations overflows and rounding stays rounding. */
const tame = (x: tf.Tensor) => tf.tanh(x);

type Operation = (x: tf.Tensor, y: tf.Tensor, p: number) => tf.Tensor;

const differentiable: readonly Operation[] = [
  (x, y) => tf.add(x, like(y, x)),
  (x, y) => tf.sub(like(y, x), x),
  (x, y) => tf.mul(x, like(y, x)),
  (x, y) => tf.div(x, tf.add(tf.square(like(y, x)), 1)),
  (x, y) => tf.maximum(x, like(y, x)),
  (x) => tf.exp(tame(x)),
  (x) => tf.erf(x),
  (x) => tf.sigmoid(x),
  (x) => tf.sqrt(tf.add(tf.square(x), 0.5)),
  (x) => tf.relu(x),
  (x, _, p) => tf.mul(x, (p % 7) - 3),
  (x, _, p) => tf.add(x, (p % 5) * 0.25),
  (x, _, p) => tf.mean(x, axisOf(x, p), true),
  (x, _, p) => tf.sum(tame(x), axisOf(x, p), p % 2 === 0 && x.rank > 1),
  (x, _, p) => tf.max(x, axisOf(x, p), true),
  (x) => tf.softmax(x),
  (x) => tf.transpose(x),
  (x) => tf.reshape(x, [x.size]),
  (x) => tf.reshape(x, [x.shape[0]!, -1]),
  (x, _, p) => tf.reverse(x, axisOf(x, p)),
  (x, y, p) => tf.concat([x, like(y, x)], axisOf(x, p)),
  (x, _, p) => tf.slice(x, [p % x.shape[0]!], [x.shape[0]! - (p % x.shape[0]!)]),
  (x, _, p) => tf.gather(x, tf.tensor1d([0, p % x.shape[0]!, 0], 'int32')),
  (x) => tf.expandDims(x, 1),
  (x, _, p) => tf.split(tf.concat([x, x], 0), 2, 0)[p % 2]!,
  (x) => {
    const matrix = tf.reshape(tame(x), [x.shape[0]!, -1]) as tf.Tensor2D;
    return tf.matMul(matrix, matrix, false, true);
  },
  (x, y) => {
    const [m, n] = [tf.reshape(tame(x), [-1, x.shape.at(-1)!]) as tf.Tensor2D, x.shape.at(-1)!];
    return tf.matMul(m, like(y, tf.ones([n, 3])) as tf.Tensor2D);
  },
  (x) => {
    const centred = tf.sub(x, tf.mean(x, -1, true));
    return tf.mul(centred, tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-3)));
  },
];

/** With those that tfjs has no gradients for. */
const operations: readonly Operation[] = [
  ...differentiable,
  (x, y) => tf.where(tf.greater(x, like(y, x)), x, tf.neg(x)),
  (x, _, p) => tf.cast(tf.argMax(x, axisOf(x, p)), 'float32'),
  (x) => tf.floor(x),
];

/** Largest tensor a program may make. */
const MOST_ELEMENTS = 4000;

function run(
  instructions: readonly Instruction[],
  inputs: readonly tf.Tensor[],
  available: readonly Operation[] = operations,
): tf.Tensor[] {
  const tensors = [...inputs];
  for (const { op, a, b, p } of instructions) {
    const x = tensors[a % tensors.length]!;
    const y = tensors[b % tensors.length]!;
    const made = available[op % available.length]!(x, y, p);
    if (made.rank > 0 && made.rank <= 4 && made.size <= MOST_ELEMENTS) tensors.push(made);
  }
  return tensors.slice(-3);
}

const inputs = () => [numbers([2, 3]), numbers([4], { seed: 2 }), numbers([3, 2, 2], { seed: 3 })];

describe('random programs', () => {
  test('give what the cpu backend gives', async () => {
    await fc.assert(
      fc.asyncProperty(program, (instructions) =>
        compareWithCpu(() => run(instructions, inputs()), { relative: 1e-4, absolute: 1e-5 }),
      ),
      { numRuns: 150, seed: 1 },
    );
  }, 120_000);

  test('have the gradients that the cpu backend gives', async () => {
    await fc.assert(
      fc.asyncProperty(program, (instructions) =>
        compareWithCpu(
          () => {
            const loss = (...given: tf.Tensor[]) =>
              tf.addN(
                [...given, ...run(instructions, given, differentiable)].map((tensor) => tf.mean(tame(tensor))),
              ) as tf.Scalar;
            return tf.grads(loss)(inputs());
          },
          { relative: 1e-3, absolute: 1e-4 },
        ),
      ),
      { numRuns: 80, seed: 2 },
    );
  }, 120_000);

  test('give the same compiled, at every call', async () => {
    await tf.setBackend('onnxruntime');
    fc.assert(
      fc.property(program, (instructions) => {
        const step = compile(
          (args: Record<string, tf.Tensor>) =>
            Object.fromEntries(run(instructions, [args.a!, args.b!, args.c!]).map((tensor, i) => [`r${i}`, tensor])),
          [],
        );
        const [a, b, c] = inputs();
        const plain = run(instructions, [a!, b!, c!]).map((tensor) => tensor.dataSync());
        for (let call = 0; call < 3; call++) {
          const results = Object.values(step({ a: a!, b: b!, c: c! })).map((tensor) => tensor.dataSync());
          plain.forEach((values, i) => {
            const worst = Math.max(...values.map((value, k) => Math.abs(value - results[i]![k]!)));
            if (!(worst <= 1e-5)) throw new Error(`call ${call}, result ${i} differs by ${worst}`);
          });
        }
        step.dispose();
      }),
      { numRuns: 60, seed: 3 },
    );
  }, 120_000);
});
