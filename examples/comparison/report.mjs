// Writes what a comparison measured so far: a table and curves into docs/results.md, every number into docs/results/<name>.json.
import { nameOf, seeds, starts } from './plan.mjs';
import { openResults } from './results.mjs';
import { cell, drawFinetuning, mean, spread, table, writeResults } from './write-results.mjs';

/**
 * @param datasets what was compared on
 * @param options `name` of the comparison, which its place in docs/results.md bears; `folder` of all runs
 */
export async function reportComparison(datasets, { name, folder }) {
  const results = openResults(folder);
  const measured = {};
  const sections = [];
  for (const [dataset, set] of Object.entries(datasets)) {
    const runs = starts.map((start) => [
      start,
      seeds.map((seed) => results.run(nameOf.run(dataset, start, seed))).filter((run) => run?.top1 !== undefined),
    ]);
    const known = runs.filter(([, some]) => some.length > 0);
    if (known.length === 0) continue;
    const rows = known.map(([start, some]) => {
      const before = start === 'scratch' ? undefined : results.run(nameOf.encoder(dataset, start));
      const spent = before ? `${Math.round(before.seconds)} s` : '–';
      const seconds = `${Math.round(mean(some.map((run) => run.seconds)))} s`;
      const top = (k) => spread(some, k, seeds.length);
      return [start, spent, some[0].epochs, seconds, top('top1'), top('top5')];
    });
    const trials = starts.map((start) => [
      start,
      ...set.learningRates.map((rate) => results.trial(nameOf.trial(dataset, start, rate))),
    ]);
    const curvesOf = Object.fromEntries(known.map(([start, some]) => [start, some.map(({ curve }) => curve)]));
    sections.push(
      `### ${set.title}`,
      table(['start', 'pre-training', 'epochs', 'fine-tuning', 'top-1', 'top-5'], rows),
      await drawFinetuning(name, { dataset, curvesOf }),
      `Learning rates, by top-1 on the samples to tune by:`,
      table(
        ['start', ...set.learningRates],
        trials.map(([start, ...tops]) => [start, ...tops.map(cell)]),
      ),
    );
    measured[dataset] = {
      runs: Object.fromEntries(known),
      trials: Object.fromEntries(trials.map(([start, ...tops]) => [start, tops])),
    };
  }
  if (sections.length === 0) throw new Error(`${folder} has no run that was tested yet; run the comparison first`);
  writeResults(name, { sections, record: { measured } });
}
