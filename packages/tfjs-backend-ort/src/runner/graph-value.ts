import { type ElementType, elementTypes } from '../element-types.ts';
import { OrtBackendError } from '../errors.ts';

const NAMES_SHOWN = 10;
const byNumber = new Map<number, ElementType>(
  (Object.keys(elementTypes) as ElementType[]).map((type) => [elementTypes[type].onnx, type]),
);

/** The element type of ONNX's number, where it is one that graphs here use. */
export const elementTypeOf = (number: number): ElementType | undefined => byNumber.get(number);

/** What a graph says of one of its inputs or outputs. */
export interface GraphValue {
  /** Its name. */
  readonly name: string;
  /** Its element type. */
  readonly type: ElementType | undefined;
  /** Its dimensions, -1 where any length goes; undefined where the graph does not say. */
  readonly shape: readonly number[] | undefined;
}

/**
 * A graph's inputs or outputs in the order in which runs give them.
 *
 * @param values all that the graph has
 * @param options whether they are inputs, all of which are given, or outputs, and the names in order
 * @throws OrtBackendError when the graph has no value of such a name, or an input is left out
 */
export function pickValues(
  values: readonly GraphValue[],
  { role, names }: { role: 'input' | 'output'; names: readonly string[] },
): GraphValue[] {
  const byName = new Map(values.map((value) => [value.name, value]));
  const given = new Set(names);
  const missing = role === 'input' && values.find(({ name }) => !given.has(name));
  if (missing) {
    throw new OrtBackendError(`createSession: the graph has an input ${missing.name}, which is not listed; add it`);
  }
  return names.map((name) => {
    const value = byName.get(name);
    if (value) return value;
    const known = [...byName.keys()].slice(0, NAMES_SHOWN).join(', ');
    throw new OrtBackendError(`createSession: the graph has no ${role} of that name, got ${name}; it has ${known}`);
  });
}
