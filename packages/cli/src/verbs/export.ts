import { key } from '../config/key.ts';
import { oneOf, text } from '../config/kinds.ts';
import type { Verb } from '../program.ts';
import { addVerbFlags, readVerbFlags } from './verb-flags.ts';

const formats = oneOf(['safetensors', 'hf', 'timm'], 'format');
const flags = {
  format: key(formats, { is: 'safetensors (our names), hf (transformers), timm', default: 'safetensors' }),
};
const required = {
  out: key(text('path'), { is: 'file to write for safetensors, folder for hf and timm' }),
};

/** `export`: writes the encoder of a checkpoint for other programs. */
export const exportVerb: Verb = (program, environment) => {
  const command = program
    .command('export')
    .description('write the encoder of a checkpoint for other programs')
    .usage('<checkpoint> --format <format> --out <path> [flags]')
    .argument('<checkpoint>', 'a run, a checkpoint, a file of weights, or hf:org/name');
  for (const [name, { is }] of Object.entries(required)) command.requiredOption(`--${name} <path>`, is);
  addVerbFlags(command, flags);
  command.option('--ema', 'take the averaged weights').option('--force', 'replace what is there');
  command.action(async (source: string) => {
    const { ema = false, force = false } = command.opts<{ ema?: boolean; force?: boolean }>();
    const { exportEncoder } = await import('../export/export-encoder.ts');
    await exportEncoder({ source, ema, force, ...readVerbFlags(command, { ...required, ...flags }) }, environment);
  });
};
