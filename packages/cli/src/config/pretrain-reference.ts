import { describeKeys } from './describe-key.ts';
import { pretrainPresets } from './presets/pretrain-presets.ts';
import { pretrainKeys } from './pretrain-config.ts';

/** The reference of `pretrain` in Markdown, from what the program itself goes by: a table of every key, and one of every preset. */
export function pretrainReference(): string {
  const presets = [...pretrainPresets].map(([name, { is }]) => `| \`${name}\` | ${is} |\n`);
  return `${describeKeys(pretrainKeys)}\n| preset | what it is |\n|---|---|\n${presets.join('')}`;
}
