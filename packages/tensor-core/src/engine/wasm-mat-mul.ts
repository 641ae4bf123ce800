import * as tf from '@tensorflow/tfjs-core';

/**
 * Replaces the wasm backend's matrix product by one that transposes its operands first. Only its plain product goes through XNNPACK;
 * with a transposed operand it falls to a scalar loop, measured about ten times slower than transposing and multiplying.
 */
export function transposeBeforeMatMul(): void {
  const product = tf.getKernel('BatchMatMul', 'wasm').kernelFunc as MatMulKernel & { transposesFirst?: true };
  if (product.transposesFirst) return;
  const transpose = tf.getKernel('Transpose', 'wasm').kernelFunc as unknown as TransposeKernel;

  const swapLastAxes = (x: tf.TensorInfo, backend: WasmBackend): tf.TensorInfo => {
    const rank = x.shape.length;
    const perm = x.shape.map((_, axis) => axis);
    [perm[rank - 2], perm[rank - 1]] = [rank - 1, rank - 2];
    return transpose({ inputs: { x }, backend, attrs: { perm } });
  };

  const kernelFunc: MatMulKernel & { transposesFirst?: true } = ({ inputs, backend, attrs }) => {
    const a = attrs.transposeA ? swapLastAxes(inputs.a, backend) : inputs.a;
    const b = attrs.transposeB ? swapLastAxes(inputs.b, backend) : inputs.b;
    const output = product({ inputs: { a, b }, backend, attrs: { transposeA: false, transposeB: false } });
    if (a !== inputs.a) backend.disposeData(a.dataId);
    if (b !== inputs.b) backend.disposeData(b.dataId);
    return output;
  };
  kernelFunc.transposesFirst = true;
  tf.unregisterKernel('BatchMatMul', 'wasm');
  tf.registerKernel({
    kernelName: 'BatchMatMul',
    backendName: 'wasm',
    kernelFunc: kernelFunc as unknown as tf.KernelFunc,
  });
}

interface WasmBackend {
  disposeData(dataId: object): boolean;
}

type MatMulKernel = (call: {
  inputs: { a: tf.TensorInfo; b: tf.TensorInfo };
  backend: WasmBackend;
  attrs: { transposeA: boolean; transposeB: boolean };
}) => tf.TensorInfo;

type TransposeKernel = (call: {
  inputs: { x: tf.TensorInfo };
  backend: WasmBackend;
  attrs: { perm: number[] };
}) => tf.TensorInfo;
