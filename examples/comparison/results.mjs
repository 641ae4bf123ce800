// What the runs of a comparison left behind.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nameOf } from './plan.mjs';
import { isTrained, lengthOf, readJson, validationCurve } from './run-files.mjs';

/** Reads the results below a folder of runs. */
export function openResults(folder) {
  const at = (name) => join(folder, name);
  const tested = (name) => join(at(name), 'results.json');
  return {
    /** Whether a job is done. */
    isDone: ({ name, verb }) => (verb === 'eval' ? existsSync(tested(name)) : isTrained(at(name))),
    /** The last judgement of a trial, on the samples to tune by. */
    trial: (name) => (isTrained(at(name)) ? validationCurve(at(name)).at(-1)?.top1 : undefined),
    /** Everything known of a run that is done; of one that was tested too, its accuracy. */
    run(name) {
      if (!isTrained(at(name))) return undefined;
      const { top1, top5 } = readJson(tested(nameOf.test(name)))?.metrics ?? {};
      return { ...lengthOf(at(name)), curve: validationCurve(at(name)), top1, top5 };
    },
  };
}
