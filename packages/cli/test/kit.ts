import { EventEmitter } from 'node:events';
import type { Environment, Output } from '../src/environment.ts';
import { createInterrupts } from '../src/interrupts.ts';

/** An output that remembers what was written. */
export function memoryOutput(terminal: Pick<Output, 'isTTY' | 'columns'> = {}): Output & { text: string } {
  const output = {
    ...terminal,
    text: '',
    write(text: string, done?: () => void) {
      output.text += text;
      done?.();
      return true;
    },
  };
  return output;
}

/** A clock that moves when it is told to. */
export function fakeClock(): { now: () => number; advance(milliseconds: number): void } {
  let time = 1_000_000;
  return {
    now: () => time,
    advance(milliseconds) {
      time += milliseconds;
    },
  };
}

/** A world of the test's own: outputs, a clock, and a source of signals. */
export function testEnvironment() {
  const [stdout, stderr] = [memoryOutput(), memoryOutput()];
  const source = new EventEmitter();
  let quits = 0;
  const quit = () => {
    quits++;
  };
  const interrupts = createInterrupts({ source, stderr, quit });
  const environment: Environment = { stdout, stderr, now: fakeClock().now, interrupts };
  return { environment, stdout, stderr, source, quits: () => quits };
}
