import { InputError } from '@masked-distill/base';
import { printable } from '../text/printable.ts';

/** How the classes of a data set are numbered by a classifier. */
export interface MatchedClasses {
  /** The classifier's names, or numbers where nobody knows any. */
  readonly names: readonly string[];
  /** The classifier's number for each class of the data set. */
  readonly labelOf: Int32Array;
}

/** What {@link matchClasses} goes by. */
export interface MatchClassesOptions {
  /** Number of the classifier's classes, and their names where they are known. */
  readonly classifier: { readonly path: string; readonly classes: number; readonly classNames?: readonly string[] };
  /** Names of the data's classes, in the order of their labels. */
  readonly data: { readonly name: string; readonly classes: readonly string[] };
}

const isNumbered = (names: readonly string[]) => names.every((name, i) => name === String(i));

/**
 * Matches classes by name; by number where one side has no names. A data set may lack some of the classifier's classes, and not have others.
 *
 * @throws InputError when classes can't be matched
 */
export function matchClasses({ classifier, data }: MatchClassesOptions): MatchedClasses {
  const { classes, classNames } = classifier;
  const count = data.classes.length;
  if (classNames && !isNumbered(data.classes) && !isNumbered(classNames)) {
    const labelOf = Int32Array.from(data.classes, (name) => classNames.indexOf(name));
    const stranger = data.classes[labelOf.indexOf(-1)];
    if (stranger === undefined) return { names: classNames, labelOf };
    throw new InputError(
      `classes: ${data.name} has ${count}, ${printable(stranger)} among them, which is none of the ${classes} of ${classifier.path} (${some(classNames)}); give data of the same classes`,
    );
  }
  if (count > classes) {
    throw new InputError(
      `classes: ${data.name} has ${count} and the head of ${classifier.path} ${classes}; give data of the same classes`,
    );
  }
  const names = classNames ?? Array.from({ length: classes }, (_, i) => data.classes[i] ?? String(i));
  return { names, labelOf: Int32Array.from(data.classes.keys()) };
}

const some = (names: readonly string[]) =>
  names
    .slice(0, 3)
    .map((name) => printable(name))
    .join(', ') + (names.length > 3 ? ', …' : '');
