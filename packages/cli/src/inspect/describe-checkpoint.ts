import { namingTitles } from '@masked-distill/vit';
import { formatCount, formatParameters, formatTable } from '../progress/format.ts';
import type { ModelDescription } from '../tasks/model-description.ts';
import { formatColumns } from '../text/columns.ts';
import { formatBytes } from '../text/format-bytes.ts';
import { printable } from '../text/printable.ts';
import { describeDropped, describeEncoder } from '../weights/describe-encoder.ts';
import type { CheckpointReport } from './checkpoint-report.ts';

/** How many lines of a table are shown. */
export interface DescribeOptions {
  /** The most lines of one table. */
  readonly limit: number;
}

/** A checkpoint in words and tables. */
export function describeCheckpoint(report: CheckpointReport, { limit }: DescribeOptions): string {
  const { path, file, step, skipped, modules, tensors, prefix } = report;
  const facts: [string, string][] = [
    ...(file === path ? [] : [['file', file] as [string, string]]),
    ['format', `${report.format}, ${formatBytes(report.bytes)}`],
    ...skipped.map((damaged): [string, string] => ['passed over', `${damaged.path}: ${damaged.reason}`]),
    ...(step === undefined ? [] : [['step', formatCount(step)] as [string, string]]),
    ...describeModelOf(report),
    ...describeEncoderOf(report),
    ['parameters', describeParameters(report)],
  ];
  const moduleRows = modules.map(({ name, tensors: count, parameters }) => [
    printable(name),
    formatCount(count),
    formatCount(parameters),
  ]);
  const tensorRows = tensors.map(({ name, dtype, shape }) => [printable(name), dtype, `[${shape.join(', ')}]`]);
  const metadata = Object.entries(report.metadata).map(([key, value]) => [printable(key, 40), printable(value)]);
  return [
    `checkpoint ${path}\n${formatTable(facts)}`,
    section(
      prefix === '' ? 'modules' : `modules below ${printable(prefix)}`,
      [['', 'tensors', 'parameters'], ...moduleRows],
      {
        limit: limit + 1,
        right: [1, 2],
      },
    ),
    section('tensors', tensorRows, { limit }),
    metadata.length === 0 ? '' : section('metadata', metadata, { limit }),
  ]
    .filter(Boolean)
    .join('\n');
}

/** A titled table that ends with how many lines were left out. */
export function section(
  title: string,
  rows: readonly (readonly string[])[],
  { limit, right }: DescribeOptions & { readonly right?: readonly number[] },
): string {
  // One line that says "1 more" is better spent on that line itself.
  const shown = rows.length > limit + 1 ? rows.slice(0, limit) : rows;
  const rest = rows.length - shown.length;
  return `${title}\n${formatColumns(shown, { right })}${rest > 0 ? `  … ${formatCount(rest)} more; --all shows them\n` : ''}`;
}

function describeParameters({ parameters, fixedParameters, tensors }: CheckpointReport): string {
  const fixed = fixedParameters > 0 ? `, ${formatCount(fixedParameters)} of them in fixed position tables` : '';
  const short = parameters < 10_000 ? '' : ` (${formatParameters(parameters)})`;
  return `${formatCount(parameters)}${short} in ${formatCount(tensors.length)} tensors${fixed}`;
}

function describeModelOf(report: CheckpointReport): [string, string][] {
  const { model, modelProblem, otherModel, encoder, encoderProblem, modules, prefix } = report;
  if (model !== undefined) return describeOurs(model);
  if (modelProblem !== undefined) return [['model', modelProblem]];
  if (otherModel !== undefined) return [['model', otherModel]];
  if (encoder !== undefined || encoderProblem !== undefined) return [];
  const names = modules.slice(0, 6).map(({ name }) => printable(`${prefix}${name}`, 40));
  const more = modules.length > names.length ? ', …' : '';
  return [['model', `not said in the file; names begin with ${names.join(', ')}${more}`]];
}

/** Whose names the tensors bear, and what of them is the encoder. */
function describeEncoderOf({ model, encoder, encoderProblem }: CheckpointReport): [string, string][] {
  if (encoderProblem !== undefined) return [['encoder', encoderProblem]];
  if (encoder === undefined) return [];
  return [
    ['names', `as by ${namingTitles[encoder.naming]}`],
    // Of one of ours the sizes stand above.
    ...(model === undefined ? [['encoder', describeEncoder(encoder)] as [string, string]] : []),
    ['mapped', `${formatCount(encoder.mapped)} tensors of the encoder; left behind: ${describeDropped(encoder)}`],
  ];
}

function describeOurs({ model, normalization }: ModelDescription): [string, string][] {
  const { encoder, decoder, normPixLoss } = model;
  const { imageSize, patch } = encoder;
  const clip = 'frames' in encoder ? { frames: encoder.frames, t: encoder.patch.t } : undefined;
  const tokens = (imageSize.h / patch.h) * (imageSize.w / patch.w) * (clip ? clip.frames / clip.t : 1);
  const sizes = ({ width, depth, heads }: typeof decoder) =>
    `width ${width}, ${depth} block${depth === 1 ? '' : 's'} of ${heads} heads`;
  const numbers = (values: readonly number[]) => values.join(' ');
  return [
    ['model', clip ? 'masked autoencoder of clips' : 'masked autoencoder'],
    ['encoder', sizes(encoder)],
    ['decoder', sizes(decoder)],
    [
      clip ? 'clip' : 'image',
      `${clip ? `${clip.frames} frames of ` : ''}${imageSize.h}x${imageSize.w} px in patches of ${clip ? `${clip.t}x` : ''}${patch.h}x${patch.w}: ${formatCount(tokens)} tokens` +
        ('frames' in encoder || encoder.classToken === false ? '' : ' and a class token'),
    ],
    ['targets', describeTargets(normPixLoss, clip !== undefined)],
    ['input', `(value / 255 - mean) / std; mean ${numbers(normalization.mean)}, std ${numbers(normalization.std)}`],
  ];
}

/** VideoMAE's targets are normalised unless it is said otherwise, MAE's are not. */
function describeTargets(normPixLoss: boolean | undefined, isVideo: boolean): string {
  if (!(normPixLoss ?? isVideo)) return 'pixels';
  return isVideo ? 'pixels, normalised channel by channel in each cube' : 'pixels, normalised patch by patch';
}
