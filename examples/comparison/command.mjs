// The command of a comparison: which sets it is given, and what is done with them.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { reportComparison } from './report.mjs';
import { runComparison } from './run.mjs';

const flag = { type: 'boolean', default: false };

/**
 * Reads the arguments, divides what is given, and runs the comparison, or reports it.
 *
 * @param name the example's; its runs lie in runs/<name>, its results in docs/results
 * @param plan `names` of the sets that can be given, and `datasetsOf` those that are; `prepare(source, folder)` divides one
 */
export async function compareStarts(name, { names, datasetsOf, prepare }) {
  const { values: options } = parseArgs({
    options: {
      ...Object.fromEntries(names.map((set) => [set, { type: 'string' }])),
      folder: { type: 'string', default: `runs/${name}` },
      only: { type: 'string' },
      list: flag,
      smoke: flag,
      report: flag,
    },
  });
  const { folder, only, list, smoke: isSmoke, report } = options;
  const data = join(folder, 'data');
  const given = report ? names : names.filter((set) => options[set]);
  const datasets = datasetsOf(given, { data, isSmoke });
  if (Object.keys(datasets).length === 0) {
    console.error(`give what to compare on: ${names.map((set) => `--${set} <path>`).join(' or ')}`);
    process.exitCode = 2;
    return;
  }
  if (report) {
    await reportComparison(datasets, { name, folder });
    return;
  }
  if (!list) for (const set of given) await prepare(options[set], join(data, set));
  await runComparison(datasets, { folder, only, list });
}
