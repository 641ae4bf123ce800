import { InputError } from '@masked-distill/base';
import { dataKeys } from '../config/data-keys.ts';
import { optionalKey } from '../config/key.ts';
import { text } from '../config/kinds.ts';
import type { Verb } from '../program.ts';
import { addVerbFlags, readVerbFlags } from './verb-flags.ts';

const flags = {
  data: optionalKey(text('path'), { is: 'images, for a path that looks like something else' }),
  workers: { ...dataKeys.workers, is: 'threads that decode images' },
};

/** `inspect`: tells what a checkpoint or a set of images holds. */
export const inspectVerb: Verb = (program, environment) => {
  const command = program
    .command('inspect')
    .description('tell what a checkpoint or a set of images holds')
    .argument(
      '[paths...]',
      "a run's folder, a checkpoint, a .safetensors or .pth file; an image folder, list or .tar files",
    )
    .option('--all', 'show every tensor, class and unreadable file, not the first 20')
    .option('--json', 'print JSON: a list with an object for each path');
  addVerbFlags(command, flags);
  command.action(async (paths: string[]) => {
    const { all = false, json = false } = command.opts<{ all?: boolean; json?: boolean }>();
    const { data, workers } = readVerbFlags(command, flags);
    if (paths.length === 0 && data === undefined) {
      throw new InputError("inspect: no path was given; give a run's folder, a checkpoint, or images");
    }
    const { inspect } = await import('../inspect/inspect.ts');
    await inspect({ paths, data, workers, all, json }, environment);
  });
};
