import { InputError } from '@masked-distill/base';
import { joinShards } from '../config/config-flags.ts';
import { evalKeys } from '../config/eval-config.ts';
import type { Verb } from '../program.ts';
import { addVerbFlags, readVerbFlags } from './verb-flags.ts';

/** `eval`: measures a fine-tuned classifier on labelled images or clips. */
export const evalVerb: Verb = (program, environment) => {
  const command = program
    .command('eval')
    .description('measure a fine-tuned classifier: top-1, top-5, per class, confusion, calibration')
    .usage('--checkpoint <path> --data <path> [flags] | --merge <results.json...> --output <folder>')
    .argument('[shards...]', 'further .tar files, where the shell has written out the braces of --data')
    .option('--merge <files...>', 'join the results.json of all shards to the result of the whole');
  addVerbFlags(command, evalKeys);
  command.action(async (shards: string[]) => {
    const flags = readVerbFlags(command, evalKeys);
    const { merge } = command.opts<{ merge?: string[] }>();
    if (merge) {
      if (flags.checkpoint !== undefined || flags.data !== undefined) {
        throw new InputError('eval: --merge takes results alone; leave --checkpoint and --data out');
      }
      const { mergeResults } = await import('../eval/merge.ts');
      await mergeResults([...merge, ...shards], { output: flags.output, environment });
      return;
    }
    const data = shards.length > 0 && flags.data !== undefined ? joinShards([flags.data, ...shards]) : flags.data;
    const { runEval } = await import('../eval/run-eval.ts');
    await runEval({ ...flags, data }, environment);
  });
};
