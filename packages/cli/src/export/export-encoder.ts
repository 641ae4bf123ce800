import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@masked-distill/base';
import { writeFileAtomic } from '@masked-distill/base/files';
import { writeSafetensors } from '@masked-distill/tensor-core';
import { namingTitles } from '@masked-distill/vit';
import type { Environment } from '../environment.ts';
import { formatTable } from '../progress/format.ts';
import { formatBytes } from '../text/format-bytes.ts';
import { describeDropped, describeEncoder } from '../weights/describe-encoder.ts';
import { openEncoderWeights } from '../weights/open-encoder-weights.ts';
import { readNormalization } from '../weights/read-normalization.ts';
import { resolveWeights } from '../weights/resolve-weights.ts';
import { type ExportFormat, exportFormats } from './export-formats.ts';

/** What `export` was asked for. */
export interface ExportOptions {
  /** A run, a checkpoint, a file of weights, or `hf:org/name`. */
  readonly source: string;
  /** Whose names the result bears. */
  readonly format: ExportFormat;
  /** The file to write for safetensors, the folder for others. */
  readonly out: string;
  /** Whether to take the averaged weights. */
  readonly ema: boolean;
  /** Whether to replace what is there. */
  readonly force: boolean;
}

const WEIGHTS = 'model.safetensors';

/**
 * Writes the encoder of a checkpoint, without what only its training needed, for other programs to read. Each file is written whole or not
 * at all, the configuration last.
 *
 * @throws InputError when there is no encoder, the format has no such model, or something stands where the result would
 */
export async function exportEncoder(options: ExportOptions, environment: Environment): Promise<void> {
  const { source, format, out, ema, force } = options;
  const note = (text: string) => void environment.stderr.write(`${text}\n`);
  const { path, skipped } = await resolveWeights(source, { environment });
  for (const { path: folder, reason } of skipped) note(`passed over ${folder}: ${reason}`);
  const { weights, file, close } = await openEncoderWeights(path, { ema });
  try {
    const normalization = await readNormalization(path, file.metadata);
    const { tensors, metadata, beside, load } = exportFormats[format](weights, normalization);
    const isFolder = Object.keys(beside).length > 0;
    const weightsFile = isFolder ? join(out, WEIGHTS) : out;
    const others = Object.entries(beside).map(([name, content]) => [join(out, name), content] as const);
    await checkFree([weightsFile, ...others.map(([other]) => other)], { force, isFolder, out });
    await writeSafetensors(weightsFile, tensors, { metadata });
    for (const [other, content] of others) await writeFileAtomic(other, `${JSON.stringify(content, null, 2)}\n`);
    const written = [weightsFile, ...others.map(([other]) => other)];
    const sizes = await Promise.all(written.map(async (each) => `${each} (${formatBytes((await stat(each)).size)})`));
    const facts: [string, string][] = [
      ['from', `${path}${ema ? ', averaged' : ''}, named as by ${namingTitles[weights.naming]}`],
      ['encoder', describeEncoder(weights.description)],
      ['input', `(value / 255 - mean) / std by ${normalization.from}`],
      ['dropped', describeDropped(weights)],
      ...sizes.map((text, i): [string, string] => [i === 0 ? 'wrote' : '', text]),
      ['load', load(out)],
    ];
    environment.stdout.write(`exported ${source}\n${formatTable(facts)}`);
  } finally {
    await close();
  }
}

async function checkFree(
  files: readonly string[],
  { force, isFolder, out }: { force: boolean; isFolder: boolean; out: string },
): Promise<void> {
  const kind = async (path: string) => {
    const info = await stat(path).catch(() => undefined);
    return info && (info.isDirectory() ? 'folder' : 'file');
  };
  const found = await kind(out);
  if (found !== undefined && found !== (isFolder ? 'folder' : 'file')) {
    throw new InputError(
      isFolder
        ? `export: ${out} is a file, and this format is a folder; give another --out`
        : `export: ${out} is a folder, and this format is one file; give --out ${join(out, 'encoder.safetensors')}`,
    );
  }
  for (const file of force ? [] : files) {
    if ((await kind(file)) !== undefined)
      throw new InputError(`export: ${file} exists; give another --out, or --force to replace it`);
  }
}
