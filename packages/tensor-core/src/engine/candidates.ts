import type { EngineCandidate } from './engine.ts';
import { GPU_REMEDIES } from './gpu-drivers.ts';
import { startOnnxruntime } from './onnxruntime/start-onnxruntime.ts';
import { startCpu } from './start-cpu.ts';
import { startTensorflow } from './start-tensorflow.ts';
import { startWasm } from './start-wasm.ts';
import { startWebgpu } from './start-webgpu.ts';

const NATIVE_REMEDY = 'it downloads its native part while it installs, which a closed network refuses';

/** Every engine in the order of preference. */
export const engineCandidates: readonly EngineCandidate[] = [
  {
    name: 'tensorflow-gpu',
    description: 'TensorFlow on CUDA',
    remedy: `npm install @tensorflow/tfjs-node-gpu (${NATIVE_REMEDY})`,
    devices: ['cuda'],
    start: () => startTensorflow('@tensorflow/tfjs-node-gpu'),
  },
  {
    name: 'onnxruntime',
    description: 'ONNX Runtime: whole steps compiled, all cores',
    remedy: 'it is installed with tensor-core; install again on a platform that onnxruntime-node supports',
    devices: ['cpu', 'webgpu', 'cuda'],
    start: startOnnxruntime,
  },
  {
    name: 'tensorflow',
    description: 'TensorFlow on the CPU',
    remedy: `npm install @tensorflow/tfjs-node (${NATIVE_REMEDY})`,
    devices: ['cpu'],
    start: () => startTensorflow('@tensorflow/tfjs-node'),
  },
  {
    name: 'webgpu',
    description: 'any GPU through Dawn',
    remedy: `npm install @tensorflow/tfjs-backend-webgpu webgpu; ${GPU_REMEDIES.webgpu}`,
    devices: ['webgpu'],
    start: startWebgpu,
  },
  { name: 'wasm', description: 'WebAssembly with SIMD, one thread', devices: ['cpu'], start: startWasm },
  { name: 'cpu', description: 'plain JavaScript: slow, for tests', devices: ['cpu'], start: startCpu },
];
