import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { expect, test } from 'vitest';
import { compareWithCpu, numbers } from './support/compare-with-cpu.ts';

type Unary = (x: tf.Tensor) => tf.Tensor;
type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const SPECIAL = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  -1,
  1,
  0.5,
  -0.5,
  1.5,
  2.5,
  1e-6,
  -1e-6,
  7,
];

const unaries: Readonly<Record<string, Unary>> = {
  abs: tf.abs,
  acos: tf.acos,
  acosh: tf.acosh,
  asin: tf.asin,
  asinh: tf.asinh,
  atan: tf.atan,
  atanh: tf.atanh,
  ceil: tf.ceil,
  clipByValue: (x) => tf.clipByValue(x, -0.5, 1.25),
  cos: tf.cos,
  cosh: tf.cosh,
  elu: tf.elu,
  exp: tf.exp,
  expm1: tf.expm1,
  floor: tf.floor,
  isFinite: tf.isFinite,
  isInf: tf.isInf,
  isNaN: tf.isNaN,
  leakyRelu: (x) => tf.leakyRelu(x, 0.3),
  log: tf.log,
  log1p: tf.log1p,
  neg: tf.neg,
  reciprocal: tf.reciprocal,
  relu: tf.relu,
  relu6: tf.relu6,
  round: tf.round,
  rsqrt: tf.rsqrt,
  selu: tf.selu,
  sigmoid: tf.sigmoid,
  sign: tf.sign,
  sin: tf.sin,
  sinh: tf.sinh,
  sqrt: tf.sqrt,
  square: tf.square,
  step: tf.step,
  stepBelow: (x) => tf.step(x, -2),
  tan: tf.tan,
  tanh: tf.tanh,
};

test.each(Object.entries(unaries))('%s of numbers, of special values, of one and of none', (name, f) =>
  compareWithCpu(
    () => [
      f(numbers([3, 5])),
      f(numbers([4], { from: 1, to: 9 })),
      f(tf.tensor1d(SPECIAL)),
      f(tf.scalar(0.75)),
      f(tf.zeros([0, 3])),
    ],
    { absolute: name === 'tan' ? 1e-5 : 1e-6 },
  ),
);

test('softplus and erf', () =>
  compareWithCpu(() => [tf.softplus(numbers([5, 7], { from: -6, to: 12 })), tf.erf(numbers([5, 7]))], {
    absolute: 1e-5,
  }));

test.each([
  ['abs', tf.abs],
  ['neg', tf.neg],
  ['relu', tf.relu],
  ['relu6', tf.relu6],
  ['sign', tf.sign],
  ['square', tf.square],
  ['clipByValue', (x: tf.Tensor) => tf.clipByValue(x, -3, 7.5)],
] as const)('%s of integers is of integers', (_, f) =>
  compareWithCpu(() => f(tf.tensor1d([-4095, -5, -1, 0, 1, 9, 4095], 'int32'))),
);

const SHAPES = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3], []],
  [[], [4]],
  [
    [2, 1, 3],
    [4, 1],
  ],
  [[3], [2, 2, 3]],
  [[0, 3], [1]],
  [
    [1, 5],
    [5, 1],
  ],
] as const;

const binaries: Readonly<Record<string, Binary>> = {
  add: tf.add,
  atan2: tf.atan2,
  div: tf.div,
  equal: tf.equal,
  floorDiv: tf.floorDiv,
  greater: tf.greater,
  greaterEqual: tf.greaterEqual,
  less: tf.less,
  lessEqual: tf.lessEqual,
  maximum: tf.maximum,
  minimum: tf.minimum,
  mod: tf.mod,
  mul: tf.mul,
  notEqual: tf.notEqual,
  pow: (a, b) => tf.pow(tf.abs(a), b),
  prelu: tf.prelu,
  squaredDifference: tf.squaredDifference,
  sub: tf.sub,
};

test.each(Object.entries(binaries))('%s of shapes that broadcast', (_, f) =>
  compareWithCpu(() => SHAPES.map(([a, b]) => f(numbers(a), numbers(b, { seed: 2 }))), { relative: 1e-4 }),
);

test.each(Object.entries(binaries).filter(([name]) => name !== 'prelu'))('%s of integers', (_, f) =>
  compareWithCpu(() => {
    const options = { from: -9, to: 9, dtype: 'int32' } as const;
    return [f(numbers([40], options), numbers([40], { ...options, seed: 3 })), f(numbers([6], options), numbers([6]))];
  }),
);

test('divisions that a processor traps on', () =>
  compareWithCpu(() => {
    const a = tf.tensor1d([5, -5, 0, -2147483648, -2147483648, 7], 'int32');
    const b = tf.tensor1d([0, 0, 0, -1, 2147483647, -2], 'int32');
    return [tf.floorDiv(a, b), tf.mod(a, b)];
  }));

test('int32 stays exact beyond what float32 holds', () =>
  compareWithCpu(() => {
    const a = tf.tensor1d([16777217, -16777219, 2147483647, 123456789], 'int32');
    const b = tf.tensor1d([2, 3, -1, 1000], 'int32');
    return [
      tf.add(a, b),
      tf.sub(a, b),
      tf.floorDiv(a, b),
      tf.mod(a, b),
      tf.maximum(a, b),
      tf.greater(a, b),
      tf.bitwiseAnd(a, b),
    ];
  }));

test('atan2 on the axes and in each quarter', () =>
  compareWithCpu(() => {
    const y = tf.tensor1d([0, 0, 1, -1, 1, 1, -1, -1, 0, 2, Number.NaN, 3]);
    const x = tf.tensor1d([1, -1, 0, 0, 1, -1, 1, -1, 0, -1e-8, 1, Number.POSITIVE_INFINITY]);
    return tf.atan2(y, x);
  }));

test('NaN in comparisons, minimum and maximum', () =>
  compareWithCpu(() => {
    const a = tf.tensor1d([Number.NaN, 1, Number.NaN, 2]);
    const b = tf.tensor1d([1, Number.NaN, Number.NaN, 2]);
    return [
      tf.maximum(a, b),
      tf.minimum(a, b),
      tf.equal(a, b),
      tf.notEqual(a, b),
      tf.greater(a, b),
      tf.lessEqual(a, b),
    ];
  }));

test('logic and choice', () =>
  compareWithCpu(() => {
    const a = tf.tensor2d([1, 0, 1, 0], [2, 2], 'bool');
    const b = tf.tensor1d([1, 0], 'bool');
    return [
      tf.logicalAnd(a, b),
      tf.logicalOr(a, b),
      tf.logicalXor(a, b),
      tf.logicalNot(a),
      tf.equal(a, b),
      tf.greater(a, b),
      tf.where(a, numbers([2, 2]), numbers([2, 2], { seed: 2 })),
      tf.where(a, a, tf.logicalNot(a)),
      tf.where(a, tf.ones([2, 2], 'int32'), tf.zeros([2, 2], 'int32')),
    ];
  }));

test('casts', () =>
  compareWithCpu(() => {
    const float = tf.tensor1d([-1.7, -0.2, 0, 0.4, 2.9]);
    const int = tf.tensor1d([-3, 0, 5], 'int32');
    const bool = tf.tensor1d([1, 0], 'bool');
    const types = ['float32', 'int32', 'bool'] as const;
    return [float, int, bool].flatMap((x) => types.map((type) => tf.cast(x as tf.Tensor, type)));
  }));

test('gradients of what is made of several operators', () =>
  compareWithCpu(
    () =>
      [tf.relu, tf.relu6, tf.elu, tf.selu, tf.log1p, tf.expm1, tf.atan, tf.prelu].map((f) =>
        tf.grad((x: tf.Tensor) => tf.sum((f as Binary)(x, tf.scalar(0.2))))(numbers([9], { from: -0.9, to: 3 })),
      ),
    { relative: 1e-4 },
  ));

test('a list of flags chooses rows', async () => {
  await tf.setBackend('onnxruntime');
  const chosen = tf.engine().runKernel(tf.Select, {
    condition: tf.tensor1d([1, 0], 'bool'),
    t: tf.tensor2d([1, 2, 3, 4], [2, 2]),
    e: tf.tensor2d([5, 6, 7, 8], [2, 2]),
  }) as tf.Tensor;
  expect([...chosen.dataSync()]).toEqual([1, 2, 7, 8]);
});

test('int32 wraps around as in tfjs', async () => {
  await tf.setBackend('onnxruntime');
  const x = tf.tensor1d([2147483647, -2147483648], 'int32');
  const one = tf.scalar(1, 'int32');
  expect([...tf.add(x, one).dataSync()]).toEqual([-2147483648, -2147483647]);
  expect([...tf.sub(x, one).dataSync()]).toEqual([2147483646, 2147483647]);
  expect([...tf.square(tf.tensor1d([65537, 4097], 'int32')).dataSync()]).toEqual([131073, 16785409]);
});

test('operands that do not broadcast are an error at once', async () => {
  await tf.setBackend('onnxruntime');
  expect(() => tf.add(tf.ones([2, 3]), tf.ones([2]))).toThrow('Operands could not be broadcast together');
});

test('strings compare by their letters', () =>
  compareWithCpu(() => {
    const a = tf.tensor1d(['b', 'a', 'ä', ''], 'string');
    const b = tf.tensor1d(['a', 'a', 'z', 'x'], 'string');
    return [tf.equal(a, b), tf.notEqual(a, b), tf.less(a, b), tf.greaterEqual(a, b)];
  }));
