import type { ElementType, HostArray } from '../element-types.ts';
import type { Storage } from '../storage/storage.ts';
import type { Attributes } from './attributes.ts';

/** How a frozen value is embedded in a graph. */
export interface Frozen {
  /** Tells apart what was frozen, for a graph's signature. */
  readonly id: number;
  /** Number format of the matrix products that read it. */
  readonly precision: 'float32' | 'int8';
}

/** A tensor while it is recorded: what a node will produce, a constant of the graph, or elements that are there already. */
export class Value {
  /** The node that produces it, until it has run. */
  node?: RecordedNode;
  /** Its elements, or where they will be once the execution that produces them has run. */
  storage?: Storage;
  /** Elements that belong to the graph itself, such as the axes of a reduction. */
  constant?: HostArray;
  /** Set when it is to be embedded in graphs. */
  frozen?: Frozen;
  /** Set when its elements change from run to run, so that they must never be taken for a constant. */
  varies = false;
  /** Why it will never have elements: the run that should have produced it failed. */
  error?: Error;
  /** How many tensors hold it. */
  holders = 0;
  /** Marks of the walk that is under way: which walk, and the number given to this value in it. */
  walk = 0;
  /** See {@link Value.walk}. */
  number = 0;
  readonly #views = new Map<string, Value>();

  constructor(
    /** Element type. */
    readonly type: ElementType,
    /** Dimensions. */
    readonly shape: readonly number[],
  ) {}

  /** The same elements under another shape or type: made once by `make`, so that a graph holds each view once. */
  view(key: string, make: () => Value): Value {
    let view = this.#views.get(key);
    if (!view || !(view.node || view.storage || view.constant)) {
      view = make();
      this.#views.set(key, view);
    }
    return view;
  }
}

/** An ONNX operator as it was recorded. */
export class RecordedNode {
  /** What it computes. */
  readonly outputs: readonly Value[];
  /** Operator, domain and attributes as one string: its part in a signature. */
  readonly key: string;
  /** Mark of the walk that found it needed. */
  walk = 0;

  constructor(
    /** Operator's name in ONNX. */
    readonly op: string,
    /** What it reads; nothing for an optional input that is left out. */
    readonly inputs: readonly (Value | undefined)[],
    outputs: readonly ValueSpec[],
    /** Its attributes. */
    readonly attributes: Attributes,
    /** Its domain, '' for ONNX's own. */
    readonly domain: string,
  ) {
    this.outputs = outputs.map(({ type, shape }) => new Value(type, shape));
    for (const output of this.outputs) output.node = this;
    this.key = `${domain}:${op}${JSON.stringify(attributes)}`;
  }
}

/** Type and shape of a value. */
export interface ValueSpec {
  /** Element type. */
  readonly type: ElementType;
  /** Dimensions. */
  readonly shape: readonly number[];
}
