import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { beforeAll, describe, expect, test } from 'vitest';
import type { OrtBackend } from '../src/backend.ts';
import { canonicalise } from '../src/graph/canonicalise.ts';
import type { Graph } from '../src/graph/graph.ts';
import { freeze, registerOnnxruntime } from '../src/index.ts';
import { optimise } from '../src/passes/optimise.ts';
import type { Device } from '../src/runner/runner.ts';
import { numbers } from './support/compare-with-cpu.ts';

const backend = () => tf.backend() as OrtBackend;

beforeAll(async () => {
  registerOnnxruntime({ threads: 1 });
  await tf.setBackend('onnxruntime');
});

/** The graph that computing these tensors would run, without running it. Leaves of one element are written in, as they are at run time. */
function graphOf(compute: () => tf.Tensor | tf.Tensor[], device: Device = 'cpu'): Graph {
  let graph!: Graph;
  tf.tidy(() => {
    backend().flush();
    const outputs = [compute()].flat().map(({ dataId }) => backend().storedValue(dataId));
    const recording = canonicalise(outputs, backend().recorder.pending);
    graph = recording.toGraph();
    recording.leaves.forEach((leaf, i) => {
      const name = graph.inputs[i]!;
      if (leaf.frozen || leaf.storage!.array!.length === 1) graph.tensor(name).data = leaf.storage!.array;
    });
    optimise(graph, device);
  });
  return graph;
}

const opsOf = ({ nodes }: Graph) => nodes.map(({ op }) => op).sort();

/** Layer normalisation as it is usually written in tfjs. */
function layerNorm(x: tf.Tensor, gain: tf.Tensor, offset: tf.Tensor) {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-6));
  return { unit: tf.mul(centred, inverse), inverse, normal: tf.add(tf.mul(tf.mul(centred, inverse), gain), offset) };
}

describe('passes', () => {
  test('put a bias into the product', () => {
    const graph = graphOf(() => tf.add(tf.matMul(numbers([4, 3]), numbers([3, 5])), numbers([5])));
    expect(opsOf(graph)).toEqual(['Gemm']);
    expect(graph.nodes[0]!.inputs).toHaveLength(3);
  });

  test('leave a product that somebody else reads, and a bias that would widen it', () => {
    const shared = graphOf(() => {
      const product = tf.matMul(numbers([4, 3]), numbers([3, 5]));
      return [product, tf.add(product, numbers([5]))];
    });
    expect(opsOf(shared)).toEqual(['Add', 'Gemm']);
    const wide = graphOf(() => tf.add(tf.matMul(numbers([1, 3]), numbers([3, 5])), numbers([4, 5])));
    expect(opsOf(wide)).toEqual(['Add', 'Gemm']);
  });

  test('make one operator of a layer normalisation that is written out', () => {
    const graph = graphOf(() => layerNorm(numbers([6, 8]), numbers([8]), numbers([8])).normal);
    expect(opsOf(graph)).toEqual(['LayerNormalization']);
    expect(graph.nodes[0]!.attributes).toMatchObject({ axis: -1, epsilon: { float: Math.fround(1e-6) } });
  });

  test('and give a gradient that operator’s mean and deviation', () => {
    const graph = graphOf(() => {
      const { unit, inverse, normal } = layerNorm(numbers([6, 8]), numbers([8]), numbers([8]));
      return [normal, unit, inverse];
    });
    expect(opsOf(graph)).toEqual(['LayerNormalization', 'Mul', 'Sub']);
  });

  const gelu = (x: tf.Tensor) => {
    const t = tf.mul(x, Math.SQRT1_2);
    const twiceCdf = tf.add(tf.erf(t), 1);
    return { t, twiceCdf, y: tf.mul(tf.mul(t, twiceCdf), Math.SQRT1_2) };
  };

  test('make one operator of a GELU, unless a gradient reads what is between', () => {
    expect(opsOf(graphOf(() => gelu(numbers([4, 6])).y))).toEqual(['Gelu']);
    const trained = graphOf(() => Object.values(gelu(numbers([4, 6]))));
    expect(opsOf(trained)).toEqual(['Add', 'Erf', 'Mul', 'Mul', 'Mul']);
  });

  test('take constant factors into the products on both sides', () => {
    const graph = graphOf(() => {
      const hidden = tf.add(tf.matMul(numbers([4, 3]), numbers([3, 5])), numbers([5]));
      return tf.matMul(tf.mul(tf.relu(tf.mul(hidden, 3)), 0.25), numbers([5, 2]));
    });
    expect(opsOf(graph)).toEqual(['Gemm', 'Gemm', 'Relu']);
    expect(graph.nodes[0]!.attributes).toMatchObject({ alpha: { float: 3 }, beta: { float: 3 } });
    expect(graph.nodes[2]!.attributes).toMatchObject({ alpha: { float: 0.25 } });
  });

  test('and leave a factor on what is read elsewhere, or added', () => {
    const shared = graphOf(() => {
      const scaled = tf.mul(numbers([4, 3]), 2);
      return [scaled, tf.matMul(scaled, numbers([3, 5]))];
    });
    expect(opsOf(shared)).toEqual(['Gemm', 'Mul']);
    const bias = graphOf(() => tf.add(tf.matMul(numbers([4, 3]), numbers([3, 5])), tf.mul(numbers([5]), 2)));
    expect(opsOf(bias)).toEqual(['Gemm', 'Mul']);
  });

  test('sum squares in one operator', () => {
    expect(opsOf(graphOf(() => tf.sum(tf.square(numbers([6, 8])))))).toEqual(['ReduceSumSquare']);
  });

  test('quantise products with weights frozen as int8, transposed or not, with their bias', async () => {
    const [straight, transposed] = [numbers([3, 5]), numbers([5, 3])];
    await freeze([straight, transposed], { precision: 'int8' });
    const graph = graphOf(() => [
      tf.add(tf.matMul(numbers([4, 3]), straight), numbers([5])),
      tf.matMul(numbers([4, 3]), transposed, false, true),
    ]);
    expect(opsOf(graph)).toEqual(['DynamicQuantizeMatMul', 'DynamicQuantizeMatMul']);
  });
});

describe('a GPU', () => {
  test('gets transposes and a product where it has no fused one', () => {
    const product = () => tf.matMul(numbers([2, 4, 3]), numbers([2, 5, 3]), false, true);
    expect(opsOf(graphOf(product))).toEqual(['FusedMatMul']);
    expect(opsOf(graphOf(product, 'webgpu'))).toEqual(['MatMul', 'Transpose']);
  });

  test('gets no split wider than its shaders can write', () => {
    const parts = () => tf.split(numbers([40, 2]), 40);
    expect(graphOf(parts).nodes).toHaveLength(1);
    const { nodes, outputs } = graphOf(parts, 'webgpu');
    expect(Math.max(...nodes.map((node) => node.outputs.length))).toBeLessThanOrEqual(6);
    const made = nodes.flatMap((node) => node.outputs);
    expect(outputs.every((name) => made.includes(name))).toBe(true);
  });

  test('gets weights frozen as int8 back as float32', async () => {
    const weight = numbers([3, 5]);
    await freeze([weight], { precision: 'int8' });
    const product = () => tf.add(tf.matMul(numbers([4, 3]), weight), numbers([5]));
    expect(opsOf(graphOf(product, 'webgpu'))).toEqual(['Add', 'DequantizeLinear', 'MatMul']);
  });
});
