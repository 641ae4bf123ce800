import { addConfigFlags, configSources } from '../config/config-flags.ts';
import type { ConfigSpec } from '../config/config-spec.ts';
import { formatConfig } from '../config/format-config.ts';
import type { ConfigOf, KeyTable } from '../config/key.ts';
import { resolveConfig } from '../config/resolve.ts';
import type { Environment } from '../environment.ts';
import type { Verb } from '../program.ts';
import type { Resumed } from '../run/open-resumed.ts';

/** What {@link configVerb} makes a verb of. */
export interface ConfigVerbOptions<Table extends KeyTable> {
  /** Its name and configuration. */
  readonly spec: ConfigSpec<Table>;
  /** What it does, in a line of help. */
  readonly description: string;
  /** How it is called, after its name. */
  readonly usage: string;
  /** Does it; `resumed` is there where a run goes on. */
  run(config: ConfigOf<Table>, context: { environment: Environment; resumed?: Resumed }): Promise<unknown>;
}

/** A verb whose run has a configuration: with `--print-config`, and with `--resume` to go on. */
export function configVerb<Table extends KeyTable>({ spec, description, usage, run }: ConfigVerbOptions<Table>): Verb {
  return (program, environment) => {
    const { stdout, stderr } = environment;
    const command = program
      .command(spec.verb)
      .description(description)
      .usage(usage)
      .option('--resume [folder]', "go on with a run: its folder, or the newest of the run's name");
    addConfigFlags(command, spec);
    command.action(async () => {
      const { printConfig, resume } = command.opts<{ printConfig?: boolean; resume?: string | true }>();
      const sources = configSources(command, spec.keys);
      if (printConfig) {
        const header = [`Run it: masked-distill ${spec.verb} --config <this file> --data <path>`];
        stdout.write(formatConfig(await resolveConfig(spec, sources), { keys: spec.keys, header }));
        return;
      }
      if (resume === undefined) {
        await run(await resolveConfig(spec, sources), { environment });
        return;
      }
      const { openResumed } = await import('../run/open-resumed.ts');
      const { config, skipped, ...resumed } = await openResumed(spec, { folder: resume, sources });
      for (const text of skipped) stderr.write(`${text}\n`);
      await run(config, { environment, resumed });
    });
  };
}
