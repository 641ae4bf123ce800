import type { Verb } from '../program.ts';

/** `doctor`: tells what training would run on, and what to do about what is amiss. */
export const doctorVerb: Verb = (program, environment) => {
  const command = program
    .command('doctor')
    .description('tell which engines start here, how fast, and what to do')
    .option('--json', 'print JSON');
  command.action(async () => {
    const { json = false } = command.opts<{ json?: boolean }>();
    const { doctor } = await import('../doctor/doctor.ts');
    await doctor({ version: program.version() ?? 'unknown', json, folder: process.cwd() }, environment);
  });
};
