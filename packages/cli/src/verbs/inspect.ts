import { InputError } from '@masked-distill/base';
import { clipKeys, dataKeys } from '../config/data-keys.ts';
import { optionalKey } from '../config/key.ts';
import { oneOf, pattern, text, whole } from '../config/kinds.ts';
import type { Verb } from '../program.ts';
import { addVerbFlags, readVerbFlags } from './verb-flags.ts';

const flags = {
  data: optionalKey(text('path'), { is: 'images or videos, for a path that looks like something else' }),
  as: optionalKey(oneOf(['images', 'videos']), { is: 'which of them they are; told by looking unless said' }),
  root: optionalKey(text('folder'), { is: 'where the paths of a list begin; default beside the list' }),
  classes: optionalKey(whole(), { is: 'number of classes that labels may name' }),
  frameTemplate: clipKeys.frameTemplate,
  reader: clipKeys.reader,
  output: optionalKey(
    pattern(/\.(json|md)$/i, { wants: 'a file name that ends in .json or .md', placeholder: 'file' }),
    {
      is: 'write everything found to this file, nothing left out',
    },
  ),
  workers: { ...dataKeys.workers, is: 'threads that decode' },
};

/** `inspect`: tells what a checkpoint or a set of images or videos holds. */
export const inspectVerb: Verb = (program, environment) => {
  const command = program
    .command('inspect')
    .description('tell what a checkpoint or a set of images or videos holds')
    .argument(
      '[paths...]',
      "a run's folder, a checkpoint, a .safetensors or .pth file; a folder of images or videos, a list or .tar files",
    )
    .option('--all', 'show every tensor, class and unreadable file, not the first 20')
    .option('--json', 'print JSON: a list with an object for each path');
  addVerbFlags(command, flags);
  command.action(async (paths: string[]) => {
    const { all = false, json = false } = command.opts<{ all?: boolean; json?: boolean }>();
    const { data, ...options } = readVerbFlags(command, flags);
    if (paths.length === 0 && data === undefined) {
      throw new InputError("inspect: no path was given; give a run's folder, a checkpoint, images or videos");
    }
    const { inspect } = await import('../inspect/inspect.ts');
    await inspect({ paths, data, all, json, ...options }, environment);
  });
};
