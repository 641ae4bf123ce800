import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { OrtBackendError } from '../src/errors.ts';
import { createRunner } from '../src/runner/create-runner.ts';
import { loadNpmBinding, type NpmBinding } from '../src/runner/npm-binding.ts';
import { NpmRunner } from '../src/runner/npm-runner.ts';
import { findOrtLibrary } from '../src/runner/ort-library.ts';

describe('createRunner', () => {
  const notices: string[] = [];
  const notice = (text: string) => void notices.push(text);

  test('takes the C API on the CPU, without a word', () => {
    const runner = createRunner({ device: 'cpu', notice });
    expect([runner.name, runner.device, runner.fillsOutputs]).toEqual(['native', 'cpu', true]);
    expect(runner.description).toBe('onnxruntime 1.30.0, C API');
    expect(notices).toEqual([]);
  });

  test('takes the npm binding where it is asked for, and for GPUs', () => {
    const npm = createRunner({ device: 'cpu', binding: 'npm', notice });
    expect([npm.name, npm.device, npm.fillsOutputs]).toEqual(['npm', 'cpu', false]);
    for (const device of ['webgpu', 'cuda'] as const) {
      const runner = createRunner({ device, notice });
      expect([runner.name, runner.device]).toEqual(['npm', device]);
      expect(runner.description).toBe(`onnxruntime 1.30.0, npm binding, ${device}`);
    }
    expect(notices).toEqual([]);
  });

  test('falls back to the npm binding and says why', () => {
    const native = () => {
      throw new OrtBackendError('onnxruntime: no koffi');
    };
    expect(createRunner({ device: 'cpu', notice, native }).name).toBe('npm');
    expect(createRunner({ device: 'cpu', native }).name).toBe('npm');
    expect(notices).toEqual([
      'tfjs-backend-ort: the npm binding of ONNX Runtime stands in for its C API, so steps are slower and block: onnxruntime: no koffi',
    ]);
  });

  test('passes on what the runtime says of a provider that is not installed', () => {
    const asked: unknown[] = [];
    const binding = {
      ...loadNpmBinding(),
      InferenceSession: class {
        loadModel(...[, , , options]: unknown[]) {
          asked.push(options);
          throw new Error('no CUDA here');
        }
      } as unknown as NpmBinding['InferenceSession'],
    };
    const runner = new NpmRunner({ device: 'cuda', binding });
    const options = { inputs: [], outputs: ['y'], resident: [true], threads: 3, spinning: false, profile: 'trace' };
    expect(() => runner.createSession(Uint8Array.of(1), options)).toThrow(
      'onnxruntime: loadModel failed, got no CUDA here',
    );
    expect(asked).toEqual([
      {
        executionProviders: ['cuda'],
        intraOpNumThreads: 3,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        graphOptimizationLevel: 'all',
        enableMemPattern: false,
        extra: { session: { set_denormal_as_zero: '1', intra_op: { allow_spinning: '0' } } },
        logSeverityLevel: 4,
        enableProfiling: true,
        profileFilePrefix: 'trace',
      },
    ]);
  });
});

describe('findOrtLibrary', () => {
  const resolve = (id: string) => join('/modules', id);

  test.each([
    ['linux', 'x64', 'libonnxruntime.so.1'],
    ['linux', 'arm64', 'libonnxruntime.so.1'],
    ['darwin', 'arm64', 'libonnxruntime.1.dylib'],
    ['win32', 'x64', 'onnxruntime.dll'],
    ['win32', 'arm64', 'onnxruntime.dll'],
  ])('%s %s', (platform, architecture, file) => {
    expect(findOrtLibrary({ platform, architecture, resolve })).toBe(
      join('/modules/onnxruntime-node/bin/napi-v6', platform, architecture, file),
    );
  });

  test.each([
    ['freebsd', 'x64'],
    ['linux', 'ia32'],
    ['darwin', 'x64'],
  ])('refuses %s %s', (platform, architecture) => {
    expect(() => findOrtLibrary({ platform, architecture, resolve })).toThrow(
      `onnxruntime: there is no library for this system, got ${platform} ${architecture}; it is made for`,
    );
  });

  test('names a package that is missing', () => {
    const missing = () => {
      throw new Error('not found');
    };
    expect(() => findOrtLibrary({ platform: 'linux', architecture: 'x64', resolve: missing })).toThrow(
      'onnxruntime: the package onnxruntime-node is not installed; install version 1.30.0',
    );
  });
});

describe('loadNpmBinding', () => {
  test('refuses another version', () => {
    const load = (id: string) => (id.endsWith('.json') ? { version: '1.31.0' } : {});
    expect(() => loadNpmBinding(load)).toThrow('onnxruntime-node: this needs version 1.30.0, got 1.31.0');
  });

  test('names what keeps it from loading', () => {
    const load = (): never => {
      throw new Error('no such file');
    };
    expect(() => loadNpmBinding(load)).toThrow(
      "onnxruntime-node: it can't be loaded, got Error: no such file; install version 1.30.0 for this system",
    );
  });
});
