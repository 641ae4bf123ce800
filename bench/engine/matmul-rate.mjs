/** Measures the float32 matrix-product rate of ONNX Runtime, in GFLOP/s: the best of several products of 2048 x 2048. Prints JSON. */
import { compile } from '@masked-distill/tfjs-backend-ort';
import * as tf from '@tensorflow/tfjs-core';

const [SIZE, TIMES, RUNS] = [2048, 2, 8];
await tf.setBackend('onnxruntime');
const random = () => tf.randomUniform([SIZE, SIZE], -1, 1);
const [a, b] = [random(), random()];
const product = compile(({ a, b }) => {
  let result = b;
  for (let i = 0; i < TIMES; i++) result = tf.matMul(a, result);
  return { corner: tf.slice(result, [0, 0], [1, 1]) };
}, []);
let best = Number.POSITIVE_INFINITY;
for (let run = 0; run < RUNS; run++) {
  const start = performance.now();
  const { corner } = product({ a, b });
  await corner.data();
  best = Math.min(best, performance.now() - start);
}
console.log(JSON.stringify({ gflopPerSecond: (TIMES * 2 * SIZE ** 3) / best / 1e6 }));
process.exit(0);
