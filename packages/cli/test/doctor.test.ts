import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineCandidates, useEngine } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listKeys } from '../src/config/key.ts';
import { pretrainKeys } from '../src/config/pretrain-config.ts';
import { checkReport } from '../src/doctor/checks.ts';
import { describeReport } from '../src/doctor/describe-report.ts';
import { doctor } from '../src/doctor/doctor.ts';
import type { DoctorReport } from '../src/doctor/doctor-report.ts';
import { findCopies } from '../src/doctor/find-copies.ts';
import { describeMachine, findInstructions } from '../src/doctor/machine.ts';
import { measureSpeed } from '../src/doctor/measure-speed.ts';
import { doctorVerb } from '../src/verbs/doctor.ts';
import { memoryOutput } from './kit.ts';
import { runVerb } from './nano-checkpoint.ts';

/** A machine where all is well. */
const sound: DoctorReport = {
  engines: [
    {
      name: 'tensorflow',
      description: 'TensorFlow on the CPU',
      available: false,
      detail: 'not installed',
      remedy: 'npm install @tensorflow/tfjs-node',
    },
    { name: 'wasm', description: 'WebAssembly', available: true, detail: 'WebAssembly' },
    { name: 'cpu', description: 'plain JavaScript', available: true, detail: 'node 22.1.0' },
  ],
  taken: 'wasm',
  gflops: 26.22,
  readers: [
    {
      name: 'node-av',
      description: "FFmpeg's libraries",
      available: false,
      detail: 'not installed',
      remedy: 'npm install node-av',
    },
    { name: 'ffmpeg', description: 'the ffmpeg program', available: true, detail: 'version 7.1' },
  ],
  versions: {
    node: '22.1.0',
    'masked-distill': '1.2.3',
    'tfjs-core': '4.22.0',
    onnxruntime: '1.30.0',
    sharp: '0.35.5',
    libvips: '8.18.7',
  },
  machine: {
    cpu: 'AMD EPYC',
    instructions: ['avx2', 'avx512f'],
    cores: 2,
    platform: 'linux x64',
    memory: 16e9,
    freeMemory: 12e9,
    folder: '/home/me',
    freeDisk: 83.3e9,
  },
  tfjsCopies: ['/home/me/node_modules/@tensorflow/tfjs-core'],
};

describe('doctor', () => {
  it('says which engines start, the way to the others, versions, machine and what to do', () => {
    expect(describeReport(sound)).toBe(`engines, best first; a run takes wasm, which does 26 GFLOP/s in matrix products
  no      tensorflow  TensorFlow on the CPU; not installed
                        npm install @tensorflow/tfjs-node
  taken   wasm        WebAssembly
  starts  cpu         plain JavaScript; node 22.1.0

what decodes video files, best first; a run takes ffmpeg
  no     node-av  FFmpeg's libraries; not installed
                    npm install node-av
  taken  ffmpeg   the ffmpeg program; version 7.1

versions
  node            22.1.0
  masked-distill  1.2.3
  tfjs-core       4.22.0
  onnxruntime     1.30.0
  sharp           0.35.5
  libvips         8.18.7

machine
  cpu      AMD EPYC, 2 cores
  vectors  avx2 avx512f
  system   linux x64
  memory   16.0 GB, 12.0 GB free
  disk     83.3 GB free in /home/me

checks: all is well
  ok  node       22.1.0 is 20.19 or newer
  ok  engine     wasm needs nothing else, and computes on one core; onnxruntime, above, would use all
  ok  tfjs-core  one copy, so that all packages share one engine
  ok  cores      2: images are decoded beside training
  ok  memory     12.0 GB free
  ok  disk       83.3 GB free in /home/me
`);
  });

  it('reports on the engines, versions and machine at hand', async () => {
    const { code, stdout, stderr } = await runVerb(doctorVerb, ['doctor', '--json']);
    expect([code, stderr]).toEqual([0, '']);
    const report = JSON.parse(stdout) as DoctorReport & { checks: unknown[] };
    expect(report.engines.map(({ name }) => name)).toEqual(engineCandidates.map(({ name }) => name));
    expect(report.taken).toBe(report.engines.find(({ available }) => available)!.name);
    expect(report.versions.node).toBe(process.versions.node);
    expect(report.versions.onnxruntime).toBe('1.30.0');
    expect(report.versions.sharp).toMatch(/^0\.\d+/);
    expect(report.versions.libvips).toMatch(/^8\./);
    expect(report.versions['tfjs-core']).toMatch(/^4\./);
    expect(report.machine.folder).toBe(process.cwd());
    expect(report.tfjsCopies).toHaveLength(1);
    expect(report.readers.map(({ name }) => name)).toEqual(['node-av', 'ffmpeg']);
    expect(report.checks).toHaveLength(6);
    expect(tf.getBackend()).toBe(report.taken);
  });

  it('says of an engine which devices it does not run on and why, and what stands in', () => {
    const { engines } = sound;
    const runtime: DoctorReport['engines'][number] = {
      name: 'onnxruntime',
      description: 'ONNX Runtime',
      available: true,
      detail: 'onnxruntime 1.30.0, 2 threads',
      device: 'cpu',
      devices: [
        { device: 'webgpu', detail: 'no Vulkan driver is installed', remedy: 'install one' },
        { device: 'cuda', detail: 'not the fastest here' },
      ],
      notes: ['the npm binding stands in'],
    };
    const report: DoctorReport = { ...sound, taken: 'onnxruntime', engines: [engines[0]!, runtime] };
    expect(describeReport(report)).toContain(`  taken  onnxruntime  ONNX Runtime; onnxruntime 1.30.0, 2 threads
                        on cpu
                        not on webgpu: no Vulkan driver is installed; install one
                        not on cuda: not the fastest here
                        note: the npm binding stands in
`);
  });

  it('says where nothing decodes video files, and which of several is taken', () => {
    const [nodeAv, ffmpeg] = sound.readers as [DoctorReport['readers'][number], DoctorReport['readers'][number]];
    expect(describeReport({ ...sound, readers: [nodeAv] })).toContain(
      'what decodes video files, best first; nothing here does; folders of frames can be read\n  no  node-av',
    );
    const both = describeReport({ ...sound, readers: [{ ...ffmpeg, name: 'node-av' }, ffmpeg] });
    expect(both).toContain('a run takes node-av\n  taken  node-av');
    expect(both).toContain('\n  works  ffmpeg ');
  });

  it('leaves out the vector units where the system does not name them', () => {
    const machine = { ...sound.machine, instructions: [] };
    expect(describeReport({ ...sound, machine })).not.toContain('vectors');
  });

  it('names the reason of an engine that fails, and takes the next', async () => {
    const stdout = memoryOutput();
    const broken = {
      ...engineCandidates.find(({ name }) => name === 'webgpu')!,
      start: async () => {
        throw new Error('no GPU adapter was found');
      },
    };
    const cpu = engineCandidates.find(({ name }) => name === 'cpu')!;
    await doctor({ version: '1.2.3', json: false, folder: tmpdir(), candidates: [broken, cpu] }, { stdout });
    expect(stdout.text).toContain('  no     webgpu  any GPU through Dawn; no GPU adapter was found\n');
    expect(stdout.text).toMatch(/^engines, best first; a run takes cpu, which does \d/);
    expect(stdout.text).toMatch(/ {2}taken {2}cpu {5}plain JavaScript/);
    expect(stdout.text).toContain('\n  look  engine     only plain JavaScript starts');
  });
});

describe('checks', () => {
  /** The checks that need a look, as `name: text`. */
  const looks = (report: DoctorReport) =>
    checkReport(report).flatMap(({ name, ok, text }) => (ok ? [] : [`${name}: ${text}`]));

  it('pass where all is well', () => {
    expect(looks(sound)).toEqual([]);
    for (const node of ['20.19.0', '21.0.0', '24.1.2']) {
      expect(looks({ ...sound, versions: { ...sound.versions, node } })).toEqual([]);
    }
  });

  it.each(['18.20.1', '20.18.3'])('tell that node %s is too old', (node) => {
    expect(looks({ ...sound, versions: { ...sound.versions, node } })).toEqual([
      `node: ${node} is too old: install 20.19 or newer from https://nodejs.org`,
    ]);
  });

  it('tell of several copies of tfjs-core and what to do', () => {
    expect(looks({ ...sound, tfjsCopies: ['/a', '/b'] })).toEqual([
      "tfjs-core: 2 copies, which do not see each other's tensors: /a, /b; make them one with npm dedupe, or an override in package.json",
    ]);
  });

  it('tell what a small machine should do, by flags that there are', () => {
    const machine = { ...sound.machine, cores: 1, freeMemory: 0.5e9, freeDisk: 1e9 };
    const found = looks({ ...sound, machine });
    expect(found).toEqual([
      'cores: one only, shared by training and decoding: keep resized images with --cache',
      'memory: 500.0 MB free, which is little: take a smaller --batch-size and raise --accumulation',
      'disk: 1.0 GB free in /home/me, which is little: lower --keep, or write elsewhere with --root',
    ]);
    const flags = listKeys(pretrainKeys).map(({ flag }) => flag);
    expect(flags).toEqual(expect.arrayContaining(found.join(' ').match(/--[a-z-]+/g)!));
    expect(describeReport({ ...sound, machine })).toContain('checks: 3 of 6 need a look\n');
  });
});

describe('measureSpeed', () => {
  it('gives a rate and leaves no tensor', async () => {
    await useEngine({ prefer: 'wasm' });
    const before = tf.memory().numTensors;
    const { gflops, size } = await measureSpeed();
    expect(gflops).toBeGreaterThan(0);
    expect(Math.log2(size) % 1).toBe(0);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('findInstructions', () => {
  it.each([
    ['flags\t\t: fpu sse avx avx2 avx512f avx512_vnni\nflags\t\t: fpu\n', ['avx', 'avx2', 'avx512f', 'avx512_vnni']],
    ['Features\t: fp asimd sve\nCPU part : 0xd40\n', ['asimd', 'sve']],
    ['', []],
  ])('reads %j', (text, found) => {
    expect(findInstructions(text)).toEqual(found);
  });
});

describe('describeMachine', () => {
  it('gives numbers that can be', async () => {
    const { cores, memory, freeMemory, freeDisk } = await describeMachine(tmpdir());
    expect(cores).toBeGreaterThanOrEqual(1);
    expect(freeMemory).toBeGreaterThan(0);
    expect(freeMemory).toBeLessThanOrEqual(memory);
    expect(memory).toBeLessThan(2 ** 50);
    expect(freeDisk).toBeGreaterThanOrEqual(0);
  });
});

describe('findCopies', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'doctor-')));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('finds the copy of a project and the one that a package of it brings along', async () => {
    const install = async (path: string) => {
      await mkdir(join(folder, path), { recursive: true });
      await writeFile(join(folder, path, 'package.json'), '{}');
    };
    const core = 'node_modules/zz-core';
    for (const path of [core, 'node_modules/zz-user', `node_modules/zz-user/${core}`, 'node_modules/zz-other']) {
      await install(path);
    }
    expect(findCopies('zz-core', { folder, users: ['zz-other', 'zz-absent'] })).toEqual([join(folder, core)]);
    expect(findCopies('zz-core', { folder, users: ['zz-user'] })).toEqual([
      join(folder, core),
      join(folder, 'node_modules/zz-user', core),
    ]);
    expect(findCopies('zz-absent', { folder, users: [] })).toEqual([]);
  });
});
