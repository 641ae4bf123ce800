import { InputError } from '@masked-distill/base';
import { type ClassList, classNames } from './labels.ts';

/** The folder at the top of a path with forward slashes. */
export const topFolder = (path: string): string => path.slice(0, path.indexOf('/'));

/**
 * The classes of samples that lie in a folder for each class, checked against those that are given.
 *
 * @param paths of the samples, relative to `options.root`, each inside a folder
 * @throws InputError for a folder that is none of the given classes, or when there are not as many as given
 */
export function classesOfFolders(
  paths: readonly string[],
  options: { readonly root: string; readonly classes?: ClassList },
): readonly string[] {
  const { root, classes: given } = options;
  const found = [...new Set(paths.map(topFolder))].sort();
  if (given === undefined) return found;
  if (typeof given === 'number') {
    if (found.length !== given) {
      throw new InputError(`folder: ${root} has ${found.length} class folders, ${given} were expected`);
    }
    return found;
  }
  const unknown = found.find((name) => !given.includes(name));
  if (unknown !== undefined) {
    throw new InputError(`folder: ${root}/${unknown} is none of the ${given.length} known classes`);
  }
  return classNames(given);
}
