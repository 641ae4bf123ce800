import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import type { EngineDevice } from '../src/engine/engine.ts';
import { findGpus, type GpuSurroundings } from '../src/engine/gpu-drivers.ts';
import { chooseDevice } from '../src/engine/onnxruntime/choose-device.ts';
import { measureStep } from '../src/engine/onnxruntime/measure-step.ts';
import { InputError, useEngine } from '../src/index.ts';

describe('chooseDevice', () => {
  /** Devices that take so many milliseconds for 128, 384 and 1024 rows, or fail for a reason. */
  const measured = (times: Record<string, readonly [number, number, number] | string>) => {
    const asked: string[] = [];
    const measure = async (device: EngineDevice, size: number) => {
      asked.push(`${device} ${size}`);
      const time = times[device]!;
      if (typeof time === 'string') throw new Error(time);
      return time[[128, 384, 1024].indexOf(size)]!;
    };
    return { asked, measure };
  };

  it('takes the processor, and measures nothing, where there is no GPU', async () => {
    const { asked, measure } = measured({});
    expect(await chooseDevice([], measure)).toEqual({ device: 'cpu', others: [] });
    expect(asked).toEqual([]);
  });

  it('takes a GPU that is faster at the size that shows it', async () => {
    const { asked, measure } = measured({ webgpu: [3, 3, 4], cpu: [0.5, 2, 30] });
    expect(await chooseDevice(['webgpu'], measure)).toEqual({ device: 'webgpu', others: [] });
    expect(asked).toEqual(['webgpu 128', 'webgpu 384', 'webgpu 1024', 'cpu 1024']);
  });

  it('leaves a software renderer, without waiting for it to do a larger step', async () => {
    const { asked, measure } = measured({ webgpu: [120, 2000, 40_000], cpu: [1, 2, 30] });
    expect(await chooseDevice(['webgpu'], measure)).toEqual({
      device: 'cpu',
      others: [{ device: 'webgpu', detail: 'not the fastest here: 120 ms a step of the probe, the processor 1.0' }],
    });
    expect(asked).toEqual(['webgpu 128', 'cpu 128']);
  });

  it('takes the faster of two, and says why a third device is none', async () => {
    const { measure } = measured({ webgpu: [1, 1, 4], cuda: [1, 1, 2], cpu: [1, 2, 30] });
    expect(await chooseDevice(['webgpu', 'cuda'], measure)).toMatchObject({
      device: 'cuda',
      others: [{ device: 'webgpu' }],
    });
    const broken = measured({ webgpu: 'no adapter', cpu: [1, 2, 30] });
    expect(await chooseDevice(['webgpu'], broken.measure)).toMatchObject({
      device: 'cpu',
      others: [{ device: 'webgpu', detail: 'no adapter', remedy: expect.stringContaining('driver') }],
    });
  });
});

describe('findGpus', () => {
  const machine = (folders: Record<string, string[]>, rest: Partial<GpuSurroundings> = {}): GpuSurroundings => ({
    backends: ['cpu', 'webgpu', 'cuda'],
    libraries: '/ort',
    platform: 'linux',
    env: { HOME: '/home/me' },
    list: (folder) => folders[folder] ?? [],
    ...rest,
  });
  const lacks = (surroundings: GpuSurroundings) =>
    Object.fromEntries(findGpus(surroundings).map((gpu) => [gpu.device, gpu.lacks]));

  it('names what is missing', () => {
    expect(lacks(machine({}))).toEqual({
      webgpu: 'this system shows no GPU',
      cuda: 'its provider is not installed',
    });
    expect(lacks(machine({ '/dev/dri': ['card0', 'renderD128'] })).webgpu).toBe('no Vulkan driver is installed');
    expect(lacks(machine({ '/dev': ['nvidia-caps', 'nvidiactl'] })).webgpu).toBe('this system shows no GPU');
  });

  it.each(['/etc/vulkan/icd.d', '/usr/share/vulkan/icd.d', '/home/me/.local/share/vulkan/icd.d'])(
    'finds a driver in %s',
    (folder) => {
      expect(lacks(machine({ '/dev': ['nvidia0'], [folder]: ['nvidia_icd.json'] })).webgpu).toBeUndefined();
    },
  );

  it('believes a driver that is named, and systems that bring their own', () => {
    expect(lacks(machine({}, { env: { VK_DRIVER_FILES: '/x.json' } })).webgpu).toBeUndefined();
    for (const platform of ['darwin', 'win32'] as const)
      expect(lacks(machine({}, { platform })).webgpu).toBeUndefined();
  });

  it('finds the provider for CUDA, and leaves out what this build of the runtime lacks', () => {
    expect(lacks(machine({ '/ort': ['libonnxruntime_providers_cuda.so'] })).cuda).toBeUndefined();
    expect(findGpus(machine({}, { backends: ['cpu'] }))).toEqual([]);
  });

  it('asks this machine', () => {
    for (const { device } of findGpus()) expect(['webgpu', 'cuda']).toContain(device);
  });
});

describe('onnxruntime', () => {
  afterAll(() => tf.removeBackend('onnxruntime'));

  it('takes the threads asked for, and keeps what runs while tensors live in it', async () => {
    const { detail, device } = await useEngine({ prefer: 'onnxruntime', device: 'cpu', threads: 1 });
    expect([device, detail]).toEqual(['cpu', expect.stringMatching(/^onnxruntime 1\.30\.0, .*\b1 threads?$/)]);
    const kept = tf.tensor1d([1, 2]);
    expect((await useEngine({ prefer: 'onnxruntime' })).detail).toBe(detail);
    expect((await useEngine({ prefer: 'onnxruntime', threads: 1 })).detail).toBe(detail);
    const move = useEngine({ prefer: 'onnxruntime', threads: 2 });
    await expect(move).rejects.toThrow(InputError);
    await expect(move).rejects.toThrow(
      'useEngine: onnxruntime: it runs on cpu with 1 threads and holds 1 tensors; dispose of them before it moves',
    );
    expect([...(await kept.data())]).toEqual([1, 2]);
    kept.dispose();
    expect((await useEngine({ prefer: 'onnxruntime', threads: 2 })).detail).toMatch(/2 threads$/);
  });

  it('times a step and leaves nothing behind', async () => {
    const { compile } = await useEngine({ prefer: 'onnxruntime', device: 'cpu' });
    const before = [tf.memory().numTensors, tf.backend().numDataIds()];
    expect(await measureStep(compile, 64)).toBeGreaterThan(0);
    expect([tf.memory().numTensors, tf.backend().numDataIds()]).toEqual(before);
  });
});
