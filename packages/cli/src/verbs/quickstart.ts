import type { Verb } from '../program.ts';
import { quickstartKeys } from '../quickstart/quickstart-keys.ts';
import { addVerbFlags, readVerbFlags } from './verb-flags.ts';

/** `quickstart`: the whole story in a few minutes, on drawn images or on one's own. */
export const quickstartVerb: Verb = (program, environment) => {
  const command = program
    .command('quickstart')
    .description(
      'train a teacher, distil a student, compare it with one that had no teacher: in minutes, on drawn images or yours',
    )
    .option('--video', 'tell it of clips: drawn videos of motions that no single frame tells apart, or yours')
    .option('--resume [folder]', 'go on with a quickstart that was stopped: its folder, or the newest');
  addVerbFlags(command, quickstartKeys);
  command.action(async () => {
    const { resume, video = false } = command.opts<{ resume?: string | true; video?: boolean }>();
    const { runQuickstart } = await import('../quickstart/run-quickstart.ts');
    await runQuickstart({ ...readVerbFlags(command, quickstartKeys), video }, { environment, resume });
  });
};
