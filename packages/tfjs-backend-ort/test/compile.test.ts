import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { beforeAll, describe, expect, test } from 'vitest';
import type { OrtBackend } from '../src/backend.ts';
import { compile } from '../src/index.ts';

const backend = () => tf.backend() as OrtBackend;

beforeAll(async () => {
  await tf.setBackend('onnxruntime');
});

/** A variable that is not tracked by any scope. */
const variable = (values: number[]) => tf.tidy(() => tf.variable(tf.tensor1d(values)));

/** Gradient descent on ½·Σ(w·x)². */
const descend =
  (weight: tf.Variable) =>
  ({ x, rate }: { x: tf.Tensor; rate: tf.Tensor }) => {
    const { value, grads } = tf.variableGrads(
      () => tf.mul(0.5, tf.sum(tf.square(tf.mul(weight, x)))) as tf.Scalar,
      [weight],
    );
    weight.assign(tf.sub(weight, tf.mul(grads[weight.name]!, rate)));
    return { loss: value };
  };

describe('a compiled step', () => {
  test('descends as worked out by hand, without recording or compiling again', async () => {
    const weight = variable([1, -2]);
    const step = compile(descend(weight), [weight]);
    const compiled = backend().sessions.compiled;
    const losses: number[] = [];
    let [w0, w1] = [1, -2];
    const expected: number[] = [];
    for (let i = 1; i <= 6; i++) {
      const [x, rate] = [tf.tensor1d([1, i]), tf.scalar(0.25 / i ** 2)];
      const { loss } = step({ x, rate });
      losses.push((await loss.data())[0]!);
      expected.push(0.5 * (w0 ** 2 + (w1 * i) ** 2));
      w0 -= (0.25 / i ** 2) * w0;
      w1 -= (0.25 / i ** 2) * w1 * i ** 2;
      tf.dispose([x, rate, loss]);
    }
    losses.forEach((loss, i) => {
      expect(loss).toBeCloseTo(expected[i]!, 5);
    });
    expect([...weight.dataSync()].map((w) => w.toFixed(5))).toEqual([w0, w1].map((w) => w.toFixed(5)));
    expect(backend().sessions.compiled - compiled).toBe(1);
    step.dispose();
    weight.dispose();
  });

  test('traces again for arguments of another shape', () => {
    let traces = 0;
    const double = compile(({ x }: { x: tf.Tensor }) => {
      traces++;
      return { y: tf.mul(x, 2) };
    }, []);
    for (const length of [2, 3, 2, 3, 3]) {
      const x = tf.ones([length]);
      const { y } = double({ x });
      expect([...y.dataSync()]).toEqual(Array(length).fill(2));
      tf.dispose([x, y]);
    }
    expect(traces).toBe(4); // the first call of each shape and the second, which checks
  });

  test('leaves what a clone of a variable holds as it was', async () => {
    const weight = variable([1, 2]);
    const grow = compile(() => {
      weight.assign(tf.mul(weight, 2));
      return {};
    }, [weight]);
    const clones: tf.Tensor[] = [];
    for (let i = 0; i < 4; i++) {
      clones.push(weight.clone());
      grow({});
    }
    expect(clones.map((clone) => clone.dataSync()[0])).toEqual([1, 2, 4, 8]);
    expect(weight.dataSync()[1]).toBe(32);
    tf.dispose([clones, weight]);
  });

  test('keeps variables apart that started as one tensor, and gives results of their own', () => {
    const start = tf.tensor1d([1, 1]);
    const [fast, slow] = tf.tidy(() => [tf.variable(start), tf.variable(start)]);
    const run = compile(
      ({ x }: { x: tf.Tensor }) => {
        fast.assign(tf.add(fast, x));
        slow.assign(tf.add(tf.mul(slow, 0.5), tf.mul(fast, 0.5)));
        return { fast: fast.clone(), same: fast.clone(), x };
      },
      [fast, slow],
    );
    const x = tf.tensor1d([1, 2]);
    const last = [1, 2, 3].map(() => run({ x })).at(-1)!;
    expect([...fast.dataSync()]).toEqual([4, 7]);
    expect([...slow.dataSync()]).toEqual([3.125, 5.25]); // 1 → (1+2)/2 → (1.5+3)/2 → (2.25+4)/2, and likewise 1, 3, 5, 7
    expect([...last.fast!.dataSync(), ...last.same!.dataSync(), ...last.x!.dataSync()]).toEqual([4, 7, 4, 7, 1, 2]);
    expect([...start.dataSync()]).toEqual([1, 1]);
    tf.dispose([start, x, last]);
    fast.dispose();
    slow.dispose();
  });

  test('tells two arguments apart that are one tensor', () => {
    const subtract = compile(({ a, b }: { a: tf.Tensor; b: tf.Tensor }) => ({ d: tf.sub(a, b) }), []);
    const [one, two] = [tf.scalar(1), tf.scalar(2)];
    const values = [
      [one, one],
      [two, one],
      [one, two],
    ].map(([a, b]) => subtract({ a: a!, b: b! }).d.dataSync()[0]);
    expect(values).toEqual([0, 1, -1]);
  });

  test('takes an argument that is still to be computed, and queues behind what was recorded', () => {
    const weight = variable([3]);
    const add = compile(
      ({ x }: { x: tf.Tensor }) => {
        weight.assign(tf.add(weight, x));
        return {};
      },
      [weight],
    );
    const seen = tf.mul(weight, 10); // recorded before the step, computed after it
    add({ x: tf.square(tf.scalar(2)) });
    add({ x: tf.square(tf.scalar(3)) });
    expect([seen.dataSync()[0], weight.dataSync()[0]]).toEqual([30, 16]);
    weight.dispose();
  });
});

describe('what varies and is not an argument', () => {
  test.each([
    ['a number', () => tf.scalar(calls), /the number that \w+ reads was 1 when the step was traced and is 2 at call 2/],
    [
      'a tensor',
      () => tf.tensor1d([7, calls, 7]),
      /the float32\[3\] tensor that \w+ reads was 1 \(element 1\) .* 2 \(element 1\)/,
    ],
    ['an operator', () => (calls > 1 ? tf.exp(tf.scalar(0)) : tf.scalar(1)), /other operators at call 2/],
  ])('%s is an error that names it', (_name, make, message) => {
    calls = 0;
    const step = compile(({ x }: { x: tf.Tensor }) => {
      calls++;
      return { y: tf.mul(x, make()) };
    }, []);
    const x = tf.tensor1d([1, 1, 1]);
    step({ x });
    const before = tf.memory().numTensors;
    expect(() => step({ x })).toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });
  let calls = 0;

  test('a variable that is not listed is named, read or assigned', () => {
    const hidden = tf.tidy(() => tf.variable(tf.scalar(1), false, 'hidden'));
    const reads = compile(({ x }: { x: tf.Tensor }) => ({ y: tf.mul(x, hidden) }), []);
    const assigns = compile(({ x }: { x: tf.Tensor }) => {
      hidden.assign(tf.add(x, 1));
      return {};
    }, []);
    expect(() => reads({ x: tf.scalar(2) })).toThrow("the step reads the variable 'hidden', which is not on its list");
    expect(() => assigns({ x: tf.scalar(2) })).toThrow("the step assigns the variable 'hidden'");
    hidden.dispose();
  });

  test('a tensor that the step keeps is named', () => {
    const keeps = compile(({ x }: { x: tf.Tensor }) => {
      tf.keep(tf.exp(x));
      return { y: tf.neg(x) };
    }, []);
    expect(() => keeps({ x: tf.scalar(2) })).toThrow('keeps a float32 tensor of shape [] (made by Exp)');
  });

  test('elements are not read inside', () => {
    const reads = compile(({ x }: { x: tf.Tensor }) => ({ y: tf.mul(x, tf.exp(x).dataSync()[0]!) }), []);
    expect(() => reads({ x: tf.scalar(2) })).toThrow('reads the elements of a tensor while it is traced');
    const asks = compile(({ x }: { x: tf.Tensor }) => ({ y: tf.mul(x, x.dataSync()[0]!) }), []);
    expect(() => asks({ x: tf.scalar(2) })).toThrow('reads the elements of a tensor while it is traced');
    const onTheHost = compile(
      ({ x }: { x: tf.Tensor }) => ({ y: tf.bincount(x as tf.Tensor1D, tf.tensor([]), 4) }),
      [],
    );
    expect(() => onTheHost({ x: tf.tensor1d([0, 1], 'int32') })).toThrow('reads the elements of a tensor');
    const weight = tf.tidy(() => tf.variable(tf.scalar(2)));
    const state = compile(() => ({ y: tf.mul(weight, weight.dataSync()[0]!) }), [weight]);
    expect(() => state({})).toThrow('reads the elements of a tensor');
    weight.dispose();
  });
});

test('a step that throws leaves nothing behind', () => {
  const x = tf.scalar(1);
  const before = tf.memory().numTensors;
  const failing = compile(({ x }: { x: tf.Tensor }): { y: tf.Tensor } => {
    throw new Error(`half-way at ${tf.exp(x).rank}`);
  }, []);
  expect(() => failing({ x })).toThrow('half-way at 0');
  expect(tf.memory().numTensors).toBe(before);
  expect(tf.neg(x).dataSync()[0]).toBe(-1);
});

test('a variable may start as something that is not computed yet', () => {
  const weight = tf.tidy(() => tf.variable(tf.fill([2], 1.5)));
  const grow = compile(() => {
    weight.assign(tf.mul(weight, 2));
    return {};
  }, [weight]);
  grow({});
  expect([...weight.dataSync()]).toEqual([3, 3]);
  weight.dispose();
});
