import type { ConfigSpec } from './config-spec.ts';
import { describeKeys } from './describe-key.ts';
import { detectSpec } from './detect-spec.ts';
import { distillSpec } from './distill-spec.ts';
import { finetuneSpec } from './finetune-spec.ts';
import { type KeyTable, listKeys } from './key.ts';
import { pretrainSpec } from './pretrain-spec.ts';

/**
 * The reference of each verb that has a configuration, in Markdown, from what the program itself goes by: tables of every key, of the flags
 * of other code, and of every preset.
 *
 * @returns the texts by verb
 */
export function configReferences(): ReadonlyMap<string, string> {
  return new Map([
    ['pretrain', reference(pretrainSpec)],
    ['distill', reference(distillSpec)],
    ['finetune', reference(finetuneSpec)],
    ['detect', reference(detectSpec)],
  ]);
}

function reference<Table extends KeyTable>({ keys, presets }: ConfigSpec<Table>): string {
  const aliases = listKeys(keys).flatMap(({ path, flag, key }) =>
    (key.aliases ?? []).map((alias) => `| \`--${alias}\` | \`${flag}\` | \`${path}\` |\n`),
  );
  const names = [...presets].map(([name, { is }]) => `| \`${name}\` | ${is} |\n`);
  return [
    describeKeys(keys),
    `| flag of other code | taken as | key |\n|---|---|---|\n${aliases.join('')}`,
    ...(names.length === 0 ? [] : [`| preset | what it is |\n|---|---|\n${names.join('')}`]),
  ].join('\n');
}
