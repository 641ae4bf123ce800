import { joinShards } from '../config/config-flags.ts';
import { probeKeys } from '../config/probe-config.ts';
import type { Verb } from '../program.ts';
import { addVerbFlags, readVerbFlags } from './verb-flags.ts';

/** `probe`: tells how good an encoder's frozen features are, by k-NN and by a linear probe. */
export const probeVerb: Verb = (program, environment) => {
  const command = program
    .command('probe')
    .alias('knn')
    .description('judge the frozen features of an encoder by k-NN and a linear probe')
    .usage('<checkpoint> --data <path> --val <path> [flags]')
    .argument('<checkpoint>', 'a run, a checkpoint, or a file of weights')
    .argument('[shards...]', 'further .tar files, where the shell has written out the braces of --data');
  addVerbFlags(command, probeKeys);
  command.action(async (checkpoint: string, shards: string[]) => {
    const flags = readVerbFlags(command, probeKeys);
    const data = shards.length > 0 && flags.data !== undefined ? joinShards([flags.data, ...shards]) : flags.data;
    const { runProbe } = await import('../probe/run-probe.ts');
    await runProbe({ checkpoint, ...flags, data }, environment);
  });
};
