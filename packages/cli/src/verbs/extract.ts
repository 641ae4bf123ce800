import { joinShards } from '../config/config-flags.ts';
import { extractKeys } from '../config/extract-config.ts';
import type { Verb } from '../program.ts';
import { addVerbFlags, readVerbFlags } from './verb-flags.ts';

/** `extract`: writes an encoder's features of images, clips, or windows of videos to a file. */
export const extractVerb: Verb = (program, environment) => {
  const command = program
    .command('extract')
    .description("write an encoder's features of images, clips, or windows of long videos to .npy or .safetensors")
    .usage('--checkpoint <path> --data <path> [flags]')
    .argument('[shards...]', 'further .tar files, where the shell has written out the braces of --data');
  addVerbFlags(command, extractKeys);
  command.action(async (shards: string[]) => {
    const flags = readVerbFlags(command, extractKeys);
    const data = shards.length > 0 && flags.data !== undefined ? joinShards([flags.data, ...shards]) : flags.data;
    const { runExtract } = await import('../extract/run-extract.ts');
    await runExtract({ ...flags, data }, environment);
  });
};
