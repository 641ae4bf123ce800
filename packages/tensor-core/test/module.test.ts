import { engineTests } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  createRng,
  InputError,
  LayerNorm,
  Linear,
  loadStateDict,
  MaskedDistillError,
  Module,
  stateDict,
  type TensorData,
  tensorData,
  useEngine,
} from '../src/index.ts';

const onEachEngine = engineTests(useEngine);

class Pair extends Module {
  readonly scale = this.parameter('scale', [2], Float32Array.of(1, 2));
  readonly table = this.parameter('table', [1, 2], Float32Array.of(3, 4), { trainable: false });
  readonly layers = this.children('layers', [new LayerNorm(2), new LayerNorm(3)]);
  readonly inline = this.child('', new Linear(3, 2, { rng: createRng(0), bias: false }));
}

class Clash extends Module {
  constructor(names: readonly [string, string]) {
    super();
    for (const name of names) this.child(name, new LayerNorm(2));
  }
}

class Twice extends Module {
  constructor() {
    super();
    this.parameter('weight', [1], Float32Array.of(1));
    this.parameter('weight', [1], Float32Array.of(1));
  }
}

onEachEngine('Module', () => {
  it('names its variables by their path, in the order of registration', () => {
    const pair = new Pair();
    const names = ['scale', 'table', 'layers.0.weight', 'layers.0.bias', 'layers.1.weight', 'layers.1.bias', 'weight'];
    expect([...pair.namedVariables().keys()]).toEqual(names);
    expect([...pair.trainableVariables().keys()]).toEqual(names.filter((name) => name !== 'table'));
    expect(pair.parameterCount()).toBe(2 + 4 + 6 + 6);
    pair.dispose();
  });

  it('starts with the values it was given and frees them all', async () => {
    const before = tf.memory().numTensors;
    const pair = new Pair();
    expect(tf.memory().numTensors).toBe(before + 7);
    expect([...(await pair.table.data())]).toEqual([3, 4]);
    expect(pair.table.shape).toEqual([1, 2]);
    expect([...(await pair.layers[0]!.weight.data()), ...(await pair.layers[0]!.bias.data())]).toEqual([1, 1, 0, 0]);
    pair.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses two variables of one name', () => {
    const clash = new Clash(['norm', 'norm']);
    expect(() => clash.namedVariables()).toThrow(MaskedDistillError);
    expect(() => clash.namedVariables()).toThrow(
      'Module: two variables are called norm.weight; give them or their modules different names',
    );
    expect(() => new Clash(['', '']).namedVariables()).toThrow('Module: two variables are called weight;');
    expect(() => new Twice()).toThrow('Module: two variables are called weight;');
    tf.disposeVariables();
  });
});

onEachEngine('state dict', () => {
  const values = async (module: Module) => {
    const entries = [...(await stateDict(module.namedVariables()))];
    return Object.fromEntries(entries.map(([name, { bytes }]) => [name, [...new Float32Array(bytes.slice().buffer)]]));
  };
  const withPair = async (check: (pair: Pair) => Promise<void> | void) => {
    const pair = new Pair();
    try {
      await check(pair);
    } finally {
      pair.dispose();
    }
  };

  it('gives back what it was loaded with, frozen tables included', () =>
    withPair(async (pair) => {
      const state = await stateDict(pair.namedVariables());
      expect(state.get('table')).toMatchObject({ dtype: 'F32', shape: [1, 2] });
      await withPair(async (other) => {
        tf.tidy(() => other.scale.assign(tf.tensor1d([8, 9])));
        expect(loadStateDict(other.namedVariables(), state)).toEqual({ missing: [], unused: [] });
        expect(await values(other)).toEqual(await values(pair));
      });
    }));

  it('is a copy: it keeps its values when training goes on', () =>
    withPair(async (pair) => {
      const state = await stateDict(pair.namedVariables());
      tf.tidy(() => pair.scale.assign(tf.tensor1d([8, 9])));
      loadStateDict(pair.namedVariables(), state);
      expect([...(await pair.scale.data())]).toEqual([1, 2]);
    }));

  it('loads what there is when not strict, in any dtype, and reports the rest', () =>
    withPair(async (pair) => {
      const state = new Map<string, TensorData>([
        ['scale', tensorData(Float64Array.of(0.5, -0.25), [2])],
        ['table', tensorData(Int32Array.of(7, 8), [1, 2])],
        ['head.bias', tensorData(Float32Array.of(0), [1])],
      ]);
      const report = loadStateDict(pair.namedVariables(), state, { strict: false });
      expect(report.missing).toEqual([
        'layers.0.weight',
        'layers.0.bias',
        'layers.1.weight',
        'layers.1.bias',
        'weight',
      ]);
      expect(report.unused).toEqual(['head.bias']);
      expect([...(await pair.scale.data()), ...(await pair.table.data())]).toEqual([0.5, -0.25, 7, 8]);
    }));

  it('names what is missing, or both shapes of what does not fit, and changes nothing', () =>
    withPair(async (pair) => {
      const state = await stateDict(pair.namedVariables());
      const before = await values(pair);
      const load = (changes: Record<string, TensorData | undefined>, source?: string) => () => {
        const changed = new Map([...state].filter(([name]) => !(name in changes)));
        for (const [name, tensor] of Object.entries(changes)) if (tensor) changed.set(name, tensor);
        loadStateDict(pair.namedVariables(), changed, { source });
      };
      const other = tensorData(Float32Array.of(8, 9), [2]);
      expect(load({ scale: other, weight: undefined })).toThrow(InputError);
      expect(load({ scale: other, weight: undefined })).toThrow(
        'load: checkpoint has no weight; it is of another model',
      );
      expect(load({ scale: undefined, weight: undefined, table: undefined }, 'a.safetensors')).toThrow(
        'load: a.safetensors has no scale (nor 2 more that the model has); it is of another model',
      );
      const misfit = load({ scale: other, weight: tensorData(new Float32Array(8), [2, 4]) }, 'b.pth');
      expect(misfit).toThrow(InputError);
      expect(misfit).toThrow(
        "load: weight is [2,4] in b.pth and [2,3] in the model; choose the model's sizes to match",
      );
      expect(await values(pair)).toEqual(before);
    }));
});

describe('layers', () => {
  it('repeat their initial values for the same stream', async () => {
    const weights = async (seed: number) => {
      const layer = new Linear(4, 3, { rng: createRng(seed) });
      const values = [...(await layer.weight.data())];
      expect([...(await layer.bias!.data())]).toEqual([0, 0, 0]);
      layer.dispose();
      return values;
    };
    expect(await weights(1)).toEqual(await weights(1));
    expect(await weights(1)).not.toEqual(await weights(2));
  });
});
