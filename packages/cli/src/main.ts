// The command: `bin/masked-distill.js` imports this file. All of it that can be tested stands elsewhere.
import { createInterrupts } from './interrupts.ts';
import { runCli } from './program.ts';
import { verbs } from './verbs/verbs.ts';

const { stdout, stderr } = process;
// `masked-distill … | head` closes the pipe early; that is no error.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
const interrupts = createInterrupts({ source: process, stderr, quit: () => process.exit(130) });
const environment = { stdout, stderr, now: () => performance.now(), interrupts };
process.exitCode = await runCli(process.argv.slice(2), { environment, verbs });
