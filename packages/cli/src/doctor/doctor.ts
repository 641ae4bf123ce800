import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type EngineCandidate, engineCandidates, probeEngines, useEngine } from '@masked-distill/tensor-core';
import { probeClipReaders } from '@masked-distill/video-data';
import * as tf from '@tensorflow/tfjs-core';
import type { Environment } from '../environment.ts';
import { checkReport } from './checks.ts';
import { describeReport } from './describe-report.ts';
import type { DoctorReport } from './doctor-report.ts';
import { findCopies } from './find-copies.ts';
import { describeMachine } from './machine.ts';
import { measureSpeed } from './measure-speed.ts';

/** What `doctor` was asked for. */
export interface DoctorOptions {
  /** Version of masked-distill. */
  readonly version: string;
  /** Whether to print JSON. */
  readonly json: boolean;
  /** The current folder. */
  readonly folder: string;
  /** The engines to try; default all. */
  readonly candidates?: readonly EngineCandidate[];
}

/** The packages that import tfjs-core, ours and its own. */
const TFJS_USERS: readonly string[] = [
  ...['tensor-core', 'vit', 'mae', 'eval', 'train'].map((name) => `@masked-distill/${name}`),
  ...['tfjs-backend-cpu', 'tfjs-backend-wasm', 'tfjs-backend-webgpu', 'tfjs-node', 'tfjs-node-gpu', 'tfjs'].map(
    (name) => `@tensorflow/${name}`,
  ),
];

/** Prints what training would run on here, and what to do about what is amiss. */
export async function doctor(options: DoctorOptions, { stdout }: Pick<Environment, 'stdout'>): Promise<void> {
  const report = await examine(options);
  stdout.write(
    options.json ? `${JSON.stringify({ ...report, checks: checkReport(report) }, null, 2)}\n` : describeReport(report),
  );
}

async function examine({ version, folder, candidates = engineCandidates }: DoctorOptions): Promise<DoctorReport> {
  const engines = await probeEngines(candidates);
  const { name: taken } = await useEngine({ candidates });
  const { gflops } = await measureSpeed();
  return {
    engines,
    taken,
    gflops,
    readers: await probeClipReaders(),
    versions: {
      node: process.versions.node,
      'masked-distill': version,
      'tfjs-core': tf.version_core,
      onnxruntime: runtimeVersion(),
      ...imageLibrary(),
    },
    machine: await describeMachine(folder),
    tfjsCopies: findCopies('@tensorflow/tfjs-core', { folder, users: TFJS_USERS }),
  };
}

/** The version of ONNX Runtime as the backend has it. */
function runtimeVersion(): string {
  const chain = ['@masked-distill/tensor-core', '@masked-distill/tfjs-backend-ort', 'onnxruntime-node'];
  try {
    const manifest = chain.reduce(
      (from, name) => createRequire(from).resolve(`${name}/package.json`),
      fileURLToPath(import.meta.url),
    );
    return (createRequire(manifest)(manifest) as { version: string }).version;
  } catch {
    return 'not installed';
  }
}

/** The versions of the image decoder as image-data has it: this package need not have the same, or any. */
function imageLibrary(): { sharp: string; libvips: string } {
  const imageData = createRequire(import.meta.url).resolve('@masked-distill/image-data/package.json');
  const { versions } = createRequire(imageData)('sharp') as { versions: { sharp?: string; vips: string } };
  return { sharp: versions.sharp ?? 'unknown', libvips: versions.vips };
}
