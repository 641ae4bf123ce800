import { format } from 'node:util';
import { afterAll, afterEach, expect } from 'vitest';

// A library that prints is a bug, so whatever a test prints fails it. A test of printed output spies on the stream.
const printed: string[] = [];
for (const method of ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const) {
  console[method] = (...values: unknown[]) => void printed.push(`console.${method}: ${format(...values)}`);
}
for (const name of ['stdout', 'stderr'] as const) {
  process[name].write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
    printed.push(`${name}: ${Buffer.from(chunk as Uint8Array)}`);
    const written = rest.at(-1);
    if (typeof written === 'function') written();
    return true;
  };
}

const expectSilence = () => expect(printed.splice(0), 'printed during a test').toEqual([]);
afterEach(expectSilence);
afterAll(expectSilence);
