import { spawn } from 'node:child_process';
import { type Deadline, startDeadline } from '../deadline.ts';

/** What to run, and what becomes of what it says. */
export interface ProgramRun {
  /** The program's arguments; there is no shell in between. */
  readonly args: readonly string[];
  /** When to kill it. */
  readonly deadline: Deadline;
  /** What it reads from standard input; absent for nothing. */
  readonly input?: Uint8Array;
  /** Gets its standard output. @returns whether to go on: otherwise it is killed */
  onOutput(chunk: Buffer): boolean;
  /** Gets each line of its messages. */
  onMessage?(line: string): void;
}

/** How it ended. */
export interface ProgramEnd {
  /** Exit status; null where a signal ended it. */
  readonly code: number | null;
  /** Whether it was killed because its output was enough. */
  readonly wasStopped: boolean;
  /** The last lines of its messages. */
  readonly messages: readonly string[];
}

const KEPT_MESSAGES = 8;
/** A message is cut here: a file's metadata may be anything. */
const MAX_MESSAGE = 2 ** 16;

/**
 * Runs a program to its end.
 *
 * @throws what the deadline says when the time is up, and the system's error when there is no such program
 */
export function runProgram(program: string, run: ProgramRun): Promise<ProgramEnd> {
  const { args, deadline, input, onOutput, onMessage } = run;
  deadline.check();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const messages: string[] = [];
    let tail = '';
    let fault: unknown;
    let wasStopped = false;
    const kill = () => child.kill('SIGKILL');
    const guarded = (work: () => void) => {
      try {
        work();
      } catch (error) {
        fault ??= error;
        kill();
      }
    };
    const take = (line: string) => {
      if (messages.push(line) > KEPT_MESSAGES) messages.shift();
      onMessage?.(line);
    };
    deadline.onEnd(kill);
    // It may end before it has read all, which shows in its messages.
    child.stdin?.on('error', () => {}).end(input);
    child.stdout!.on('data', (chunk: Buffer) =>
      guarded(() => {
        if (onOutput(chunk)) return;
        wasStopped = true;
        kill();
      }),
    );
    child.stderr!.setEncoding('utf8').on('data', (chunk: string) =>
      guarded(() => {
        const lines = (tail + chunk).split(/\r?\n/);
        tail = lines.pop()!.slice(0, MAX_MESSAGE);
        for (const line of lines) if (line !== '') take(line);
      }),
    );
    child.on('error', reject);
    child.on('close', (code, signal) => {
      guarded(() => {
        if (tail !== '') take(tail);
        if (signal !== null && !wasStopped) take(`${program} was ended by ${signal}`);
        deadline.check();
      });
      if (fault === undefined) resolve({ code, wasStopped, messages });
      else reject(fault);
    });
  });
}

/** The first line of what a program prints when asked for its version. @throws the system's error when there is no such program */
export async function versionLine(program: string): Promise<string> {
  const deadline = startDeadline(10);
  let text = '';
  try {
    await runProgram(program, {
      args: ['-hide_banner', '-version'],
      deadline,
      onOutput(chunk) {
        text += chunk.toString();
        return !text.includes('\n');
      },
    });
  } finally {
    deadline.clear();
  }
  return text.split(/\r?\n/)[0]!;
}
