import { type ElementType, elementTypes, type HostArray, sizeOf } from '../element-types.ts';
import type { Attributes } from './attributes.ts';
import { RecordedNode, Value, type ValueSpec } from './value.ts';

/** Options of {@link Recorder.op}. */
export interface OperatorOptions {
  /** Attributes; a bare number is an integer one, see `float`. */
  attributes?: Attributes;
  /** Domain. Default '', ONNX's own. */
  domain?: string;
}

/** Writes down operators instead of running them. What kernels are made of. */
export class Recorder {
  /** What was recorded and has not run, in order. */
  pending: RecordedNode[] = [];
  readonly #constants = new Map<string, Value>();

  /** Records an operator with one result. */
  op(op: string, inputs: readonly (Value | undefined)[], output: ValueSpec, options?: Attributes): Value {
    return this.ops(op, inputs, [output], { attributes: options })[0]!;
  }

  /** Records an operator with any number of results, or of another domain. */
  ops(
    op: string,
    inputs: readonly (Value | undefined)[],
    outputs: readonly ValueSpec[],
    { attributes = {}, domain = '' }: OperatorOptions = {},
  ): readonly Value[] {
    const node = new RecordedNode(op, inputs, outputs, attributes, domain);
    this.pending.push(node);
    return node.outputs;
  }

  /** The same elements in another shape. */
  reshape(x: Value, shape: readonly number[]): Value {
    if (sameShape(x.shape, shape)) return x;
    return x.view(`${shape}`, () =>
      this.op('Reshape', [x, this.int64(shape)], { type: x.type, shape }, isEmpty(x) ? { allowzero: 1 } : {}),
    );
  }

  /** The elements in another type, as ONNX's Cast converts them. */
  cast(x: Value, type: ElementType): Value {
    if (x.type === type) return x;
    return x.view(type, () => this.op('Cast', [x], { type, shape: x.shape }, { to: elementTypes[type].onnx }));
  }

  /** A list of integers that belongs to the graph, such as axes. Shape `[values.length]`. */
  int64(values: readonly number[]): Value {
    return this.constant(BigInt64Array.from(values, BigInt), { type: 'int64', shape: [values.length] });
  }

  /** A number that belongs to the graph. Shape `[]`. */
  scalar(value: number, type: ElementType): Value {
    const data = new elementTypes[type].array(1);
    data[0] = type === 'int64' ? BigInt(value) : value;
    return this.constant(data, { type, shape: [] });
  }

  /** A tensor that holds one number throughout. */
  filled(value: number, { type, shape }: ValueSpec): Value {
    if (shape.length === 0) return this.scalar(value, type);
    return this.op('Expand', [this.scalar(value, type), this.int64(shape)], { type, shape });
  }

  /** Elements that belong to the graph; small ones, since they are part of its signature. */
  constant(data: HostArray, { type, shape }: ValueSpec): Value {
    const key = `${type}[${shape}]${Object.is(data[0], -0) ? '-' : ''}${data}`;
    let value = this.#constants.get(key);
    if (!value) {
      if (this.#constants.size >= CONSTANTS_KEPT) this.#constants.clear();
      value = new Value(type, shape);
      value.constant = data;
      this.#constants.set(key, value);
    }
    return value;
  }
}

/** Constants that are remembered to be shared; they are small, and all are dropped when there are more. */
const CONSTANTS_KEPT = 4096;

/** Whether two shapes are one. */
export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((length, i) => length === b[i]);

/** The shape two operands broadcast to, by NumPy's rule; the caller has checked that they do. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[i - rank + a.length] ?? 1;
    const right = b[i - rank + b.length] ?? 1;
    return left === 1 ? right : left;
  });
}

/** Whether a value has no elements. */
export const isEmpty = ({ shape }: ValueSpec): boolean => sizeOf(shape) === 0;
