import { maxDifference } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { engineConformance } from '../src/engine/conformance.ts';
import {
  AdamW,
  attention,
  createRng,
  type Engine,
  gelu,
  LayerNorm,
  Linear,
  Module,
  meanSquaredError,
  type UseEngineOptions,
  useEngine,
} from '../src/index.ts';
import { missingSwiftShader, useSwiftShader } from './support/swiftshader.ts';

/** Attention and a hidden layer, as in a transformer's block. */
class Block extends Module {
  readonly #rng = createRng(0, 'init');
  readonly norm1 = this.child('norm1', new LayerNorm(8));
  readonly qkv = this.child('qkv', new Linear(8, 24, { rng: this.#rng }));
  readonly fc1 = this.child('fc1', new Linear(8, 16, { rng: this.#rng }));
  readonly fc2 = this.child('fc2', new Linear(16, 8, { rng: this.#rng }));
  /** Tokens `[N·B, 8]`, five of each of two samples. */
  forward(tokens: tf.Tensor2D): tf.Tensor2D {
    const [q, k, v] = tf.split(this.qkv.forward(this.norm1.forward(tokens)), 3, -1) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    const heads = (x: tf.Tensor) => tf.transpose(tf.reshape(x, [5, 2, 2, 4]), [1, 2, 0, 3]) as tf.Tensor4D; // [B, H, N, D/H]
    const mixed = attention(heads(q), heads(k), heads(v));
    const joined = tf.reshape(tf.transpose(mixed, [2, 0, 1, 3]), [10, 8]);
    return tf.add(tokens, this.fc2.forward(gelu(this.fc1.forward(joined)))) as tf.Tensor2D;
  }
}

/** The losses of eight steps, and a weight after them. */
async function train(engine: Engine): Promise<{ losses: number[]; weight: ArrayLike<number> }> {
  const model = new Block();
  const variables = model.trainableVariables();
  const optimizer = new AdamW(variables, { betas: [0.9, 0.95], weightDecay: 0.05 });
  const step = engine.compile(
    ({ x, y, ...rates }: { x: tf.Tensor; y: tf.Tensor } & ReturnType<typeof optimizer.scalars>) => {
      const { value, grads } = tf.variableGrads(
        () => meanSquaredError(model.forward(x as tf.Tensor2D), y),
        [...variables.values()],
      );
      optimizer.apply(new Map([...variables].map(([name, { name: id }]) => [name, grads[id]!])), rates);
      return { loss: value };
    },
    [...variables.values(), ...optimizer.namedVariables().values()],
  );
  const losses: number[] = [];
  for (let i = 0; i < 8; i++) {
    const wave = (phase: number) =>
      tf.tensor2d(
        Float32Array.from({ length: 80 }, (_, j) => Math.sin(phase + 0.7 * i + 1.3 * j)),
        [10, 8],
      );
    const args = { x: wave(0), y: wave(1), ...optimizer.scalars(i, 0.01) };
    const { loss } = step(args);
    losses.push((await loss.data())[0]!);
    tf.dispose([loss, args]);
  }
  const weight = (await variables.get('fc1.weight')!.data()).slice();
  model.dispose();
  tf.dispose([...optimizer.namedVariables().values()]);
  return { losses, weight };
}

const WAYS: readonly UseEngineOptions[] = [{ prefer: 'onnxruntime', device: 'webgpu' }, { prefer: 'webgpu' }];

if (missingSwiftShader) {
  test('the engines on a GPU', ({ skip }) => skip(missingSwiftShader));
} else {
  useSwiftShader();
  describe.each(WAYS)('engine $prefer on WebGPU', (options) => {
    let expected: Awaited<ReturnType<typeof train>>;
    let engine: Engine;
    beforeAll(async () => {
      expected = await train(await useEngine({ prefer: 'cpu' }));
      engine = await useEngine(options);
    });
    afterAll(() => {
      if (tf.findBackendFactory(options.prefer!)) tf.removeBackend(options.prefer!);
    });

    it('says so', () => {
      expect(engine).toMatchObject({ name: options.prefer, device: 'webgpu' });
      expect(engine.detail).toMatch(/webgpu/i);
      expect(tf.getBackend()).toBe(options.prefer);
    });

    for (const { name, run } of engineConformance) it(name, () => run(engine));

    it('trains as the cpu engine does', async () => {
      const { losses, weight } = await train(engine);
      expect(maxDifference(losses, expected.losses)).toBeLessThan(1e-5);
      expect(maxDifference(weight, expected.weight)).toBeLessThan(1e-4);
      expect(expected.losses.at(-1)).toBeLessThan(0.7 * expected.losses[0]!);
    });
  });

  it('is not taken by itself, being slower than the processor', async () => {
    const engine = await useEngine({ prefer: 'onnxruntime' });
    expect(engine.device).toBe('cpu');
    expect(engine.devices).toContainEqual({
      device: 'webgpu',
      detail: expect.stringMatching(/^not the fastest here: \d+ ms a step of the probe, the processor [\d.]+$/),
    });
  });
}
