import { formatCount, formatDuration } from '../progress/format.ts';
import { formatColumns } from '../text/columns.ts';
import type { ProbeReport } from './probe-report.ts';

/** What `probe` prints: what was judged, and a table. */
export function describeProbe({ weights, encoder, data, knn, linear, seconds }: ProbeReport): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  const images =
    `${formatCount(data.trainImages)} ${data.kind} of ${formatCount(data.classes)} classes to learn from, ` +
    `${formatCount(data.validationImages)} to judge by`;
  const features = `${encoder.width} features (${encoder.pooling === 'mean' ? 'mean of the final patch tokens' : 'class token'})`;
  const rows = [
    ['', 'top-1', 'top-5', ''],
    ...knn.map(({ k, top1 }) => [`k-NN, k = ${k}`, percent(top1), '', '']),
    [
      'linear probe',
      percent(linear.top1),
      percent(linear.top5),
      'weightDecay' in linear ? `weight decay ${linear.weightDecay}` : `learning rate ${linear.learningRate}`,
    ],
  ];
  const times = Object.entries(seconds).map(([name, value]) => `${name} ${formatDuration(value)}`);
  return `${weights}\n${features}; ${images}\n${formatColumns(rows, { right: [1, 2] })}${times.join(', ')}\n`;
}
