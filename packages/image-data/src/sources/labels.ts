import { InputError } from '@masked-distill/base';

/** What a source is told about its classes: their names in order, or only how many there are. */
export type ClassList = readonly string[] | number;

/** Labels above this are taken for a mistake, since every class costs a name and an output of the classifier. */
export const MAX_CLASSES = 1_000_000;

/** The names behind a {@link ClassList}. */
export function classNames(classes: ClassList): readonly string[] {
  if (typeof classes !== 'number') return classes;
  if (!Number.isInteger(classes) || classes < 1 || classes > MAX_CLASSES) {
    throw new InputError(`classes: got ${classes}; give a whole number from 1 to ${MAX_CLASSES}, or the names`);
  }
  return Array.from({ length: classes }, (_, i) => String(i));
}

/**
 * Checks labels that came as numbers against the given classes, or names the classes 0 … greatest label where none are given.
 *
 * @param labels label of each sample, -1 for none
 * @param options.describe where sample `i` stands, for an error
 * @returns the names, or undefined when no sample has a label
 */
export function resolveNumberedClasses(
  labels: Int32Array,
  options: { readonly classes?: ClassList; readonly describe: (index: number) => string },
): readonly string[] | undefined {
  const given = options.classes === undefined ? undefined : classNames(options.classes);
  const limit = given?.length ?? MAX_CLASSES;
  let greatest = -1;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label >= limit) {
      throw new InputError(
        `labels: ${options.describe(i)} has label ${label}, outside 0..${limit - 1}; labels count from 0`,
      );
    }
    if (label > greatest) greatest = label;
  }
  if (greatest < 0) return undefined;
  return given ?? classNames(greatest + 1);
}

/** Reads a class index written as decimal digits; undefined when the text is anything else. */
export function parseLabel(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
