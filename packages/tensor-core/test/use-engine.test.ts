import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { takeBackend } from '../src/engine/backends.ts';
import { engineConformance } from '../src/engine/conformance.ts';
import {
  type Engine,
  type EngineCandidate,
  type EngineName,
  engineCandidates,
  InputError,
  MaskedDistillError,
  NotStarted,
  probeEngines,
  useEngine,
} from '../src/index.ts';

/** An engine that starts on tfjs's cpu backend, or fails for a reason. */
function standIn(
  name: EngineName,
  failure?: string,
  { remedy, devices = ['cpu'] }: Partial<Pick<EngineCandidate, 'remedy' | 'devices'>> = {},
): EngineCandidate & { started: number } {
  return {
    name,
    description: `a stand-in for ${name}`,
    remedy,
    devices,
    started: 0,
    async start({ device }) {
      this.started++;
      if (failure) throw new Error(failure);
      await tf.setBackend('cpu');
      return { detail: `${name} of the test`, device: device === 'auto' ? undefined : device };
    },
  };
}

const broken = () => [
  standIn('webgpu', 'no GPU adapter was found', { remedy: 'npm install webgpu', devices: ['webgpu'] }),
  standIn('tensorflow', 'not installed'),
];

describe('useEngine', () => {
  it('takes the first engine that starts and says why the ones before were not', async () => {
    const last = standIn('cpu');
    const engine = await useEngine({ candidates: [...broken(), standIn('wasm'), last] });
    expect(engine).toMatchObject({ name: 'wasm', detail: 'wasm of the test', device: 'cpu', devices: [], notes: [] });
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

  it('takes the engines of its own in their order', () => {
    expect(engineCandidates.map(({ name, devices }) => `${name}: ${devices}`)).toEqual([
      'tensorflow-gpu: cuda',
      'onnxruntime: cpu,webgpu,cuda',
      'tensorflow: cpu',
      'webgpu: webgpu',
      'wasm: cpu',
      'cpu: cpu',
    ]);
  });

  it('takes the first engine that has the device asked for, and starts it there', async () => {
    const [wasm, runtime] = [standIn('wasm'), standIn('onnxruntime', undefined, { devices: ['cpu', 'webgpu'] })];
    const engine = await useEngine({ device: 'webgpu', candidates: [wasm, runtime] });
    expect(engine).toMatchObject({ name: 'onnxruntime', device: 'webgpu', passedOver: [] });
    expect(wasm.started).toBe(0);
  });

  it('never falls back from a device asked for by name', async () => {
    const candidates = [...broken(), standIn('wasm')];
    const start = useEngine({ device: 'webgpu', candidates });
    await expect(start).rejects.toThrow(InputError);
    await expect(start).rejects.toThrow(
      'useEngine: no engine starts on webgpu (webgpu: no GPU adapter was found; npm install webgpu)',
    );
    expect(candidates.map(({ started }) => started)).toEqual([1, 0, 0]);
  });

  it('refuses a device that the engine lacks', async () => {
    const candidates = [standIn('wasm'), standIn('onnxruntime', undefined, { devices: ['cpu', 'cuda'] })];
    await expect(useEngine({ prefer: 'wasm', device: 'cuda', candidates })).rejects.toThrow(
      'useEngine: wasm computes on cpu, got device cuda; leave the device out, or choose onnxruntime',
    );
    await expect(useEngine({ device: 'webgpu', candidates })).rejects.toThrow(
      'useEngine: these engines compute on cpu, cuda, got device webgpu; leave the device out',
    );
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses %s threads', async (threads) => {
    const start = useEngine({ threads, candidates: [standIn('cpu')] });
    await expect(start).rejects.toThrow(InputError);
    await expect(start).rejects.toThrow(`useEngine: threads is a whole number from 1, got ${threads}`);
  });

  it('lets a reason bring a way out of its own', async () => {
    const failing = standIn('cpu', undefined, { remedy: 'the usual' });
    failing.start = async () => {
      throw new NotStarted('out of order', { remedy: 'put it in order' });
    };
    await expect(useEngine({ prefer: 'cpu', candidates: [failing] })).rejects.toThrow(
      'useEngine: cpu: out of order; put it in order',
    );
  });

  it('leaves nothing of an engine that started half-way, and lets it be tried again', async () => {
    await useEngine({ prefer: 'cpu' });
    let disposed = 0;
    const halfWay = standIn('tensorflow');
    halfWay.start = async () => {
      if (!tf.findBackendFactory('half-way')) {
        const dispose = () => void disposed++;
        tf.registerBackend('half-way', () => ({ dispose }) as unknown as tf.KernelBackend, 2);
      }
      expect(await tf.setBackend('half-way')).toBe(true);
      throw new Error('it breaks when it computes');
    };
    for (let attempt = 1; attempt <= 2; attempt++) {
      await expect(useEngine({ prefer: 'tensorflow', candidates: [halfWay] })).rejects.toThrow('it breaks');
      expect(disposed).toBe(attempt);
      expect(Object.keys(tf.engine().registry)).not.toContain('half-way');
      expect(tf.getBackend()).toBe('cpu');
    }
    tf.removeBackend('half-way');
  });

  it('passes on the reason that tfjs keeps to itself', async () => {
    tf.registerBackend('reasoned', () => {
      throw new Error('the library is for another system');
    });
    const failing = standIn('tensorflow');
    failing.start = async () => {
      await takeBackend('reasoned');
      return { detail: '' };
    };
    await expect(useEngine({ prefer: 'tensorflow', candidates: [failing] })).rejects.toThrow(
      'useEngine: tensorflow: the library is for another system',
    );
    tf.removeBackend('reasoned');
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
      expect(detail, name).toMatch(
        /^(not installed|failed to load: .+|no GPU adapter was found|this system shows no GPU|no Vulkan driver is installed)$/,
      );
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
