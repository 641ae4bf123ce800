import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { engineConformance } from '../src/engine/conformance.ts';
import {
  type Engine,
  type EngineCandidate,
  type EngineName,
  engineCandidates,
  InputError,
  MaskedDistillError,
  probeEngines,
  useEngine,
} from '../src/index.ts';

/** An engine that starts on tfjs's cpu backend, or fails for a reason. */
function standIn(name: EngineName, failure?: string, remedy?: string): EngineCandidate & { started: number } {
  return {
    name,
    description: `a stand-in for ${name}`,
    remedy,
    started: 0,
    async start() {
      this.started++;
      if (failure) throw new Error(failure);
      await tf.setBackend('cpu');
      return { detail: `${name} of the test` };
    },
  };
}

const broken = () => [
  standIn('webgpu', 'no GPU adapter was found', 'npm install webgpu'),
  standIn('tensorflow', 'not installed'),
];

describe('useEngine', () => {
  it('takes the first engine that starts and says why the ones before were not', async () => {
    const last = standIn('cpu');
    const engine = await useEngine({ candidates: [...broken(), standIn('wasm'), last] });
    expect(engine).toMatchObject({ name: 'wasm', detail: 'wasm of the test' });
    expect(engine.passedOver).toEqual([
      {
        name: 'webgpu',
        description: 'a stand-in for webgpu',
        available: false,
        detail: 'no GPU adapter was found',
        remedy: 'npm install webgpu',
      },
      { name: 'tensorflow', description: 'a stand-in for tensorflow', available: false, detail: 'not installed' },
    ]);
    expect(last.started).toBe(0);
  });

  it('starts the engine asked for and no other', async () => {
    const [first, second] = [standIn('wasm'), standIn('cpu')];
    const engine = await useEngine({ prefer: 'cpu', candidates: [first, second] });
    expect(engine).toMatchObject({ name: 'cpu', passedOver: [] });
    expect([first.started, second.started]).toEqual([0, 1]);
  });

  it('refuses an unknown name', async () => {
    const start = useEngine({ prefer: 'abacus' as EngineName, candidates: [standIn('wasm'), standIn('cpu')] });
    await expect(start).rejects.toThrow(InputError);
    await expect(start).rejects.toThrow("useEngine: no engine is called 'abacus'; choose auto, wasm, cpu");
  });

  it('never falls back from an engine asked for by name', async () => {
    const start = useEngine({ prefer: 'webgpu', candidates: [...broken(), standIn('cpu')] });
    await expect(start).rejects.toThrow(InputError);
    await expect(start).rejects.toThrow('useEngine: webgpu: no GPU adapter was found; npm install webgpu');
  });

  it('says every reason when nothing starts', async () => {
    const start = useEngine({ candidates: broken() });
    await expect(start).rejects.toThrow(MaskedDistillError);
    await expect(start).rejects.not.toThrow(InputError);
    await expect(start).rejects.toThrow(
      'useEngine: no engine starts (webgpu: no GPU adapter was found; npm install webgpu | tensorflow: not installed)',
    );
  });
});

describe('probeEngines', () => {
  it('tries all, best first', async () => {
    const candidates = [...broken(), standIn('wasm'), standIn('cpu')];
    const reports = await probeEngines(candidates);
    expect(reports.map(({ name, available, detail }) => ({ name, available, detail }))).toEqual([
      { name: 'webgpu', available: false, detail: 'no GPU adapter was found' },
      { name: 'tensorflow', available: false, detail: 'not installed' },
      { name: 'wasm', available: true, detail: 'wasm of the test' },
      { name: 'cpu', available: true, detail: 'cpu of the test' },
    ]);
    expect(candidates.map(({ started }) => started)).toEqual([1, 1, 1, 1]);
  });

  it('finds onnxruntime, wasm and cpu everywhere, and gives a reason and a remedy for whatever else does not start', async () => {
    const reports = await probeEngines();
    expect(reports.map(({ name }) => name)).toEqual(engineCandidates.map(({ name }) => name));
    const available = reports.filter((report) => report.available).map(({ name }) => name);
    expect(available).toEqual(expect.arrayContaining(['onnxruntime', 'wasm', 'cpu']));
    expect(reports.find(({ name }) => name === 'wasm')?.detail).toBe('WebAssembly with SIMD, one thread');
    for (const { name, detail, remedy } of reports.filter((report) => !report.available)) {
      expect(detail, name).toMatch(/^(not installed|failed to load: .+|no GPU adapter was found)$/);
      expect(remedy, name).toMatch(/^npm install @tensorflow\//);
    }
  });
});

describe.each(['cpu', 'wasm', 'onnxruntime'] as const)('engine %s', (name) => {
  it.each(engineConformance)('$name', async ({ run }) => {
    const engine = await useEngine({ prefer: name });
    expect(tf.getBackend()).toBe(name);
    await run(engine);
  });
});

describe('the conformance suite', () => {
  const failing = async (compile: Engine['compile']) => {
    const engine: Engine = { ...(await useEngine({ prefer: 'cpu' })), compile };
    const messages: string[] = [];
    for (const { run } of engineConformance) {
      await run(engine).catch((cause: Error) => messages.push(cause.message));
    }
    return messages;
  };

  it('finds an engine that frees nothing', async () => {
    const messages = await failing((step) => step);
    expect(messages).toEqual([
      expect.stringMatching(/^engine: a call leaves \d+ tensors, not its results alone$/),
      'engine: 1 tensors are left',
    ]);
    tf.disposeVariables();
  });

  it('finds an engine that runs a step once more than it was called', async () => {
    const messages = await failing(
      (step) => (args) =>
        tf.tidy(() => {
          step(args);
          return step(args);
        }),
    );
    expect(messages).toEqual([expect.stringMatching(/^engine: a compiled step differs by /)]);
    tf.disposeVariables();
  });
});
