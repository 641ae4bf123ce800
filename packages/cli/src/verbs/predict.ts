import { joinShards } from '../config/config-flags.ts';
import { predictKeys } from '../config/predict-config.ts';
import type { Verb } from '../program.ts';
import { addVerbFlags, readVerbFlags } from './verb-flags.ts';

/** `predict`: tells the likeliest classes of images or clips. */
export const predictVerb: Verb = (program, environment) => {
  const command = program
    .command('predict')
    .description('tell the likeliest classes of a file or folder of images or videos, with a contact sheet')
    .usage('--checkpoint <path> --data <path> [flags]')
    .argument('[shards...]', 'further .tar files, where the shell has written out the braces of --data');
  addVerbFlags(command, predictKeys);
  command.action(async (shards: string[]) => {
    const flags = readVerbFlags(command, predictKeys);
    const data = shards.length > 0 && flags.data !== undefined ? joinShards([flags.data, ...shards]) : flags.data;
    const { runPredict } = await import('../predict/run-predict.ts');
    await runPredict({ ...flags, data }, environment);
  });
};
