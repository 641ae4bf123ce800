import { createRequire } from 'node:module';
import { Command } from 'commander';
import type { Environment } from './environment.ts';
import { exitCodes, reportError } from './exit-code.ts';

/** Puts one verb, such as `pretrain`, on the program. Each lives in a file of its own under `verbs/`. */
export type Verb = (program: Command, environment: Environment) => void;

/** Help is hard to read in long lines. */
const MAX_HELP_WIDTH = 120;

/** The command line with these verbs. Nothing runs until it parses; it throws where commander would end the process. */
export function createProgram(environment: Environment, verbs: readonly Verb[]): Command {
  const { stdout, stderr } = environment;
  const width = ({ columns = MAX_HELP_WIDTH }: { columns?: number }) => Math.min(columns, MAX_HELP_WIDTH);
  const program = new Command('masked-distill')
    .description('Pre-train small vision transformers on your own images and videos.')
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', '\nEach verb has its own help: masked-distill pretrain --help')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      getOutHelpWidth: () => width(stdout),
      getErrHelpWidth: () => width(stderr),
      outputError: (text, write) => write(`masked-distill: ${oneLine(text)}\n`),
    });
  for (const register of verbs) register(program, environment);
  return program;
}

/** What {@link runCli} runs in, and which verbs it knows. */
export interface RunCliOptions {
  /** Outputs, clock, Ctrl-C. */
  readonly environment: Environment;
  /** Every verb. */
  readonly verbs: readonly Verb[];
}

/** Runs one command line and returns the exit code; never throws, never ends the process. */
export async function runCli(words: readonly string[], { environment, verbs }: RunCliOptions): Promise<number> {
  const { interrupts, stderr } = environment;
  try {
    await createProgram(environment, verbs).parseAsync(words.map(dashed), { from: 'user' });
    // A run that was stopped is not done: `pretrain && eval` must not go on.
    return interrupts.stopped ? exitCodes.interrupted : exitCodes.done;
  } catch (error) {
    return reportError(error, stderr);
  } finally {
    interrupts.close();
  }
}

/** `--mask_ratio=0.5` as `--mask-ratio=0.5`: both ways of writing a flag are in use. */
function dashed(word: string): string {
  const [flag] = /^--[^=]+/.exec(word) ?? [''];
  return flag.replaceAll('_', '-') + word.slice(flag.length);
}

/** commander's `error: unknown option '--x'\n(Did you mean --y?)` in the form of all our errors. */
function oneLine(text: string): string {
  const [problem, suggestion] = text.trim().split('\n');
  const meant = suggestion?.match(/^\(Did you mean (.*)\?\)$/)?.[1];
  return `${problem!.replace(/^error: |\.$/g, '')}; ${meant ? `did you mean ${meant}?` : 'see --help'}`;
}

function readVersion(): string {
  const manifest = createRequire(import.meta.url)('../package.json') as { version: string };
  return manifest.version;
}
