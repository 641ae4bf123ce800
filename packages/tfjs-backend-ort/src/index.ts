import './gradients.ts';
import { registerOnnxruntime } from './register.ts';

registerOnnxruntime();

export { type CompiledStep, compile } from './compile/compile.ts';
export type { TensorRecord } from './compile/tensor-record.ts';
export { OrtBackendError } from './errors.ts';
export { type FreezeOptions, type FreezeReport, freeze } from './freeze/freeze.ts';
export { describeOnnxruntime, type RegisterOptions, registerOnnxruntime } from './register.ts';
export type { Device } from './runner/runner.ts';
export { tensorFromBytes } from './tensor-from-bytes.ts';
