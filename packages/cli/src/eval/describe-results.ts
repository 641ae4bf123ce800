import { formatCount } from '../progress/format.ts';
import { printable } from '../text/printable.ts';
import type { EvalResults } from './eval-results.ts';
import { type Evaluation, evaluationFiles } from './evaluation.ts';

/** Failed samples that are named; all are in `results.json`. */
const MAX_NAMED = 20;

const percent = (share: number | null) => (share === null ? '–' : `${(100 * share).toFixed(2)}%`);
const cell = (text: string) => printable(text, 200).replaceAll('|', '\\|');

/** What `results.md` says, and `eval` prints the beginning of. */
export function describeResults({ metrics, failed, ...evaluation }: EvalResults): string {
  const { checkpoint, data, shard } = evaluation;
  const part = shard.of === 1 ? '' : ` (shard ${shard.index} of ${shard.of})`;
  const rows = [
    ['top-1', percent(metrics.top1)],
    ['top-5', percent(metrics.top5)],
    ['balanced accuracy', percent(metrics.balancedAccuracy)],
    ['calibration error (ECE, 15 bins)', percent(metrics.ece)],
    ['samples', formatCount(metrics.samples)],
    ['not read, counted wrong', formatCount(metrics.failed)],
  ];
  const named = failed.slice(0, MAX_NAMED).map(({ key, reason }) => `- ${cell(key)}: ${cell(reason)}\n`);
  const more = failed.length > MAX_NAMED ? `- and ${formatCount(failed.length - MAX_NAMED)} more\n` : '';
  const perClass = metrics.perClass.map(
    ({ name, samples, accuracy }) => `| ${cell(name)} | ${formatCount(samples)} | ${percent(accuracy)} |\n`,
  );
  return [
    `# ${cell(checkpoint.path)} on ${cell(data.name)}${part}\n\n`,
    `${describeProtocol(evaluation)}.\n\n`,
    '| | |\n|---|---:|\n',
    ...rows.map(([name, value]) => `| ${name} | ${value} |\n`),
    ...(failed.length > 0 ? ['\nNot read:\n\n', ...named, more] : []),
    `\n![confusion matrix](${evaluationFiles.picture})\n`,
    '\n| class | samples | accuracy |\n|---|---:|---:|\n',
    ...perClass,
  ].join('');
}

/** How samples became predictions, in a sentence. */
export function describeProtocol({ protocol }: Evaluation): string {
  const { kind, imageSize, cropShare, sampling, frames, stride, clips, crops } = protocol;
  const size = imageSize.join('x');
  const mean = clips * crops > 1 ? '; softmax of each view, then the mean over the views' : '';
  if (kind === 'image') {
    const cut = crops === 10 ? 'ten crops (corners, middle, mirror images)' : 'the middle';
    return `Images of ${size} px: ${cut} of the image resized to ${size} / ${cropShare}${mean}`;
  }
  const each =
    sampling === 'dense' ? `${frames} frames at stride ${stride}` : `${frames} frames from all over the video`;
  return `${clips} × ${crops} views of ${size} px (${sampling} clips × crops along the longer side), ${each}${mean}`;
}
