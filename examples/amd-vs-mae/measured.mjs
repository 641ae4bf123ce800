// What the runs of this comparison left behind, on this machine or, as recorded in docs/results, on another.
import { join } from 'node:path';
import { isTrained, lengthOf, readJson, validationCurve } from '../comparison/run-files.mjs';
import { recordPath } from '../comparison/write-results.mjs';
import { nameOf } from './plan.mjs';

/**
 * Reads the results below a folder of runs.
 *
 * @param recorded results of runs that are not there: `runs` and `trials`, by name
 */
export function openResults(folder, recorded = readJson(recordPath('amd-vs-mae'))) {
  const at = (name) => join(folder, name);
  const isDone = (name) => isTrained(at(name));
  const probePath = (probe) => at(`${probe}.json`);
  const probe = (name) => readJson(probePath(name));
  const runs = recorded?.runs ?? {};
  return {
    isDone,
    probePath,
    /** Whether all there is to know of a run, its judgement too, was recorded. */
    isRecorded: (run) => runs[run] !== undefined || recorded?.trials?.[run] !== undefined,
    /** What `probe` found, once it has. */
    probe,
    /** The linear probe of a trial. */
    trial: (name) => probe(nameOf.probe(name, 'tune'))?.linear.top1 ?? recorded?.trials?.[name],
    /** Everything known of a finished run. */
    run: (name) => {
      const probed = probe(nameOf.probe(name));
      // A teacher that another machine judged may have been trained again here, for its weights alone.
      if (!isDone(name) || (runs[name] && !probed)) return runs[name];
      const finetuned = nameOf.finetune(name);
      const curve = isDone(finetuned) ? validationCurve(at(finetuned)) : undefined;
      return {
        ...lengthOf(at(name)),
        knn: probed?.knn.find(({ k }) => k === 20)?.top1,
        linear: probed?.linear.top1,
        finetune: curve?.at(-1)?.top1,
        curve,
      };
    },
  };
}
