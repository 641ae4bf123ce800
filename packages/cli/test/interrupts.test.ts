import { expect, it } from 'vitest';
import { runCli, type Verb } from '../src/program.ts';
import { testEnvironment } from './kit.ts';

const running =
  (work: (stop: AbortSignal) => Promise<void>): Verb =>
  (program, { interrupts }) => {
    program.command('go').action(() => work(interrupts.listen()));
  };

it('asks the verb to stop at the first Ctrl-C, exits 130, and gives Ctrl-C back', async () => {
  const { environment, source, stderr, quits } = testEnvironment();
  const verb = running(async (stop) => {
    expect(stop.aborted).toBe(false);
    source.emit('SIGINT');
    expect(stop.aborted).toBe(true);
  });
  expect(await runCli(['go'], { environment, verbs: [verb] })).toBe(130);
  expect(stderr.text).toBe('\nstopping after this step, with a checkpoint; Ctrl-C again stops now\n');
  expect(quits()).toBe(0);
  expect(source.listenerCount('SIGINT') + source.listenerCount('SIGTERM')).toBe(0);
});

it('stops now at the second, of either kind', async () => {
  const { environment, source, quits } = testEnvironment();
  const verb = running(async () => {
    source.emit('SIGTERM');
    source.emit('SIGINT');
  });
  await runCli(['go'], { environment, verbs: [verb] });
  expect(quits()).toBe(1);
});

it('leaves Ctrl-C alone while no verb listens', async () => {
  const { environment, source } = testEnvironment();
  const verb: Verb = (program) => {
    program.command('go').action(() => expect(source.listenerCount('SIGINT')).toBe(0));
  };
  expect(await runCli(['go'], { environment, verbs: [verb] })).toBe(0);
});

it('keeps the code of a failure during the stop', async () => {
  const { environment, source } = testEnvironment();
  const verb = running(async () => {
    source.emit('SIGINT');
    throw new Error('disk full');
  });
  expect(await runCli(['go'], { environment, verbs: [verb] })).toBe(1);
});
