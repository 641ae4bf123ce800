import { MaskedDistillError } from '@masked-distill/base';
import { addConfigFlags, configSources } from '../config/config-flags.ts';
import { formatConfig } from '../config/format-config.ts';
import { pretrainPresets } from '../config/presets/pretrain-presets.ts';
import { pretrainKeys } from '../config/pretrain-config.ts';
import { resolvePretrainConfig } from '../config/resolve.ts';
import type { Verb } from '../program.ts';

/** `pretrain`: trains a masked autoencoder on a folder of images. */
export const pretrainVerb: Verb = (program, { stdout }) => {
  const command = program
    .command('pretrain')
    .description('train a masked autoencoder on your images')
    .usage('--data <path> [--config <file>] [--preset <name>] [flags] [--set key=value]');
  addConfigFlags(command, { keys: pretrainKeys, presets: pretrainPresets });
  command.action(async () => {
    const config = await resolvePretrainConfig(configSources(command, pretrainKeys));
    if (command.opts<{ printConfig?: boolean }>().printConfig) {
      const header = ['Run it: masked-distill pretrain --config <this file> --data <path>'];
      stdout.write(formatConfig(config, { keys: pretrainKeys, header }));
      return;
    }
    throw new MaskedDistillError('pretrain: this build can only print a configuration; add --print-config');
  });
};
