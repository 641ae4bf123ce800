/** A floating-point attribute; a bare number is an integer one. */
export interface FloatAttribute {
  /** Its value. */
  readonly float: number;
}

/** What an ONNX attribute can be here: an integer, integers, a float, or text. */
export type AttributeValue = number | readonly number[] | FloatAttribute | string;

/** An operator's attributes by name. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Marks a number as a floating-point attribute. */
export const float = (value: number): FloatAttribute => ({ float: value });
