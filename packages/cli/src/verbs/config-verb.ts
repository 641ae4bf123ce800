import { InputError } from '@masked-distill/base';
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
  /** Tells what it would cost. Default: the verb has no `--dry-run`. */
  dryRun?(config: ConfigOf<Table>, context: { environment: Environment }): Promise<void>;
}

/** A verb whose run has a configuration: with `--print-config`, and with `--resume` to go on. */
export function configVerb<Table extends KeyTable>(options: ConfigVerbOptions<Table>): Verb {
  const { spec, description, usage, run, dryRun } = options;
  return (program, environment) => {
    const { stdout, stderr } = environment;
    const command = program
      .command(spec.verb)
      .description(description)
      .usage(usage)
      .option('--resume [folder]', "go on with a run: its folder, or the newest of the run's name");
    if (dryRun) command.option('--dry-run', 'build it, take a few steps, tell what the run would cost, and stop');
    addConfigFlags(command, spec);
    command.action(async () => {
      const given = command.opts<{ printConfig?: boolean; dryRun?: boolean; resume?: string | true }>();
      const { printConfig, resume } = given;
      const sources = configSources(command, spec.keys);
      if (printConfig) {
        const header = [`Run it: masked-distill ${spec.verb} --config <this file> --data <path>`];
        stdout.write(formatConfig(await resolveConfig(spec, sources), { keys: spec.keys, header }));
        return;
      }
      if (given.dryRun && resume !== undefined) {
        throw new InputError('--dry-run and --resume are both given; keep one of them');
      }
      if (given.dryRun) {
        await dryRun!(await resolveConfig(spec, sources), { environment });
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
