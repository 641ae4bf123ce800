import { addConfigFlags, configSources } from '../config/config-flags.ts';
import { formatConfig } from '../config/format-config.ts';
import { pretrainPresets } from '../config/presets/pretrain-presets.ts';
import { pretrainKeys } from '../config/pretrain-config.ts';
import { resolvePretrainConfig } from '../config/resolve.ts';
import type { Verb } from '../program.ts';

/** `pretrain`: trains a masked autoencoder on a folder of images. */
export const pretrainVerb: Verb = (program, environment) => {
  const { stdout, stderr } = environment;
  const command = program
    .command('pretrain')
    .description('train a masked autoencoder on your images')
    .usage('--data <path> [--config <file>] [--preset <name>] [flags] [--set key=value]')
    .option('--resume [folder]', "go on with a run: its folder, or the newest of the run's name");
  addConfigFlags(command, { keys: pretrainKeys, presets: pretrainPresets });
  command.action(async () => {
    const { printConfig, resume } = command.opts<{ printConfig?: boolean; resume?: string | true }>();
    const sources = configSources(command, pretrainKeys);
    if (printConfig) {
      const header = ['Run it: masked-distill pretrain --config <this file> --data <path>'];
      stdout.write(formatConfig(await resolvePretrainConfig(sources), { keys: pretrainKeys, header }));
      return;
    }
    const { runPretrain } = await import('../pretrain/run-pretrain.ts');
    if (resume === undefined) {
      await runPretrain(await resolvePretrainConfig(sources), { environment });
      return;
    }
    const { openResumed } = await import('../pretrain/open-resumed.ts');
    const { config, skipped, ...resumed } = await openResumed(resume, sources);
    for (const text of skipped) stderr.write(`${text}\n`);
    await runPretrain(config, { environment, resumed });
  });
};
