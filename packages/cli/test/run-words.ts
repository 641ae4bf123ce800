import { EventEmitter } from 'node:events';
import { createInterrupts } from '../src/interrupts.ts';
import { runCli, type Verb } from '../src/program.ts';
import { memoryOutput } from './kit.ts';

/** Options of {@link runWords}. */
interface RunWordsOptions {
  /** The verbs that there are. */
  readonly verbs: readonly Verb[];
  /** Ctrl-C is pressed when this text shows up. */
  readonly stopAt?: string;
}

/** Runs the command line with a real clock. */
export async function runWords(words: readonly string[], { verbs, stopAt }: RunWordsOptions) {
  const stdout = memoryOutput();
  const signals = new EventEmitter();
  const memory = memoryOutput();
  let pressed = false;
  const stderr: typeof memory = {
    ...memory,
    get text() {
      return memory.text;
    },
    write(text: string) {
      memory.write(text);
      if (stopAt !== undefined && !pressed && text.includes(stopAt)) {
        pressed = true;
        setImmediate(() => signals.emit('SIGINT'));
      }
      return true;
    },
  };
  const interrupts = createInterrupts({ source: signals, stderr, quit: () => {} });
  const environment = { stdout, stderr, now: () => performance.now(), interrupts };
  const code = await runCli(words, { environment, verbs });
  return { code, stdout: stdout.text, stderr: memory.text };
}
