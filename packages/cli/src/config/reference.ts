import type { ConfigSpec } from './config-spec.ts';
import { describeKeys } from './describe-key.ts';
import { distillSpec } from './distill-spec.ts';
import type { KeyTable } from './key.ts';
import { pretrainSpec } from './pretrain-spec.ts';

/** The reference of `pretrain` in Markdown, from what the program itself goes by: a table of every key, and one of every preset. */
export const pretrainReference = (): string => reference(pretrainSpec);

/** The same of `distill`. */
export const distillReference = (): string => reference(distillSpec);

function reference<Table extends KeyTable>({ keys, presets }: ConfigSpec<Table>): string {
  const rows = [...presets].map(([name, { is }]) => `| \`${name}\` | ${is} |\n`);
  return `${describeKeys(keys)}\n| preset | what it is |\n|---|---|\n${rows.join('')}`;
}
