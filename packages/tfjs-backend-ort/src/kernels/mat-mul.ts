import { backend_util } from '@tensorflow/tfjs-core';
import { sizeOf } from '../element-types.ts';
import { OrtBackendError } from '../errors.ts';
import { float } from '../graph/attributes.ts';
import type { Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';

/** Operands of {@link matMul}: matrices, or batches of them that broadcast. */
export interface MatMulOperands {
  /** Left operand `[..., M, K]`, or `[..., K, M]` to be transposed. */
  a: Value;
  /** Right operand `[..., K, N]`, or `[..., N, K]` to be transposed. */
  b: Value;
  /** Whether the left matrices are to be transposed. Default false. */
  transposeA?: boolean;
  /** Whether the right matrices are to be transposed. Default false. */
  transposeB?: boolean;
}

/**
 * Records a matrix product `[..., M, N]` in the operator that leaves transposes to the runtime's own product.
 *
 * @throws OrtBackendError when the operands' lengths don't agree
 */
export function matMul(g: Recorder, { a, b, transposeA = false, transposeB = false }: MatMulOperands): Value {
  const [rowsOfA, columnsOfA] = a.shape.slice(-2) as [number, number];
  const [rowsOfB, columnsOfB] = b.shape.slice(-2) as [number, number];
  const [m, k] = transposeA ? [columnsOfA, rowsOfA] : [rowsOfA, columnsOfA];
  const [inner, n] = transposeB ? [columnsOfB, rowsOfB] : [rowsOfB, columnsOfB];
  if (a.shape.length < 2 || b.shape.length < 2 || k !== inner) {
    throw new OrtBackendError(
      `matMul: can't multiply [${a.shape}]${transposeA ? ' transposed' : ''} by [${b.shape}]${transposeB ? ' transposed' : ''}; take matrices whose inner lengths agree`,
    );
  }
  const batch = backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const output = { type: a.type, shape: [...batch, m, n] };
  if (k === 0 || sizeOf(output.shape) === 0) return g.filled(0, output);

  const flags = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 };
  const isSingle = (x: Value) => sizeOf(x.shape.slice(0, -2)) === 1;
  if (a.type === 'float32' && isSingle(b) && (isSingle(a) || !transposeA)) {
    // One right-hand matrix: the rows of all left-hand ones are the rows of one.
    const left = g.reshape(a, transposeA ? [k, m] : [sizeOf(a.shape) / k, k]);
    const right = g.reshape(b, b.shape.slice(-2));
    const rows = transposeA ? m : left.shape[0]!;
    return g.reshape(g.op('Gemm', [left, right], { type: a.type, shape: [rows, n] }, flags), output.shape);
  }
  if (!transposeA && !transposeB) return g.op('MatMul', [a, b], output);
  if (a.type !== 'float32') {
    const left = transposeA ? transposed(g, a) : a;
    return g.op('MatMul', [left, transposeB ? transposed(g, b) : b], output);
  }
  const attributes = { ...flags, transBatchA: 0, transBatchB: 0, alpha: float(1) };
  const [product] = g.ops('FusedMatMul', [a, b], [output], { domain: 'com.microsoft', attributes });
  return product!;
}

/** Swaps the last two axes. */
function transposed(g: Recorder, x: Value): Value {
  const rank = x.shape.length;
  const perm = [...Array(rank - 2).keys(), rank - 1, rank - 2];
  return g.op('Transpose', [x], { type: x.type, shape: perm.map((axis) => x.shape[axis]!) }, { perm });
}
