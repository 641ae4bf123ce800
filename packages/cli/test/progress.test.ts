import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { barProgress } from '../src/progress/bar-progress.ts';
import { createProgress } from '../src/progress/create-progress.ts';
import {
  formatCount,
  formatDuration,
  formatParameters,
  formatRate,
  formatShare,
  formatSpeed,
} from '../src/progress/format.ts';
import { createPace } from '../src/progress/pace.ts';
import { plainProgress } from '../src/progress/plain-progress.ts';
import type { RunFacts, StepMetrics } from '../src/progress/progress.ts';
import { fakeClock, memoryOutput } from './kit.ts';

const facts: RunFacts = {
  title: 'pretrain flowers',
  model: 'ViT tiny, patch 16 of 224x224',
  parameters: { encoder: 5_524_416, decoder: 1_027_456 },
  data: { one: 'an image', many: 'images', count: 12_800 },
  tokens: { all: 196, visible: 49 },
  batch: { size: 64, repeats: 2, accumulation: 4 },
  lr: { value: 3e-4, blr: 1.5e-4 },
  engine: 'wasm (SIMD, one thread)',
  stepsPerEpoch: 50,
  totalSteps: 5000,
  startStep: 0,
  folder: 'runs/flowers',
};

const metrics = (step: number, more: Partial<StepMetrics> = {}): StepMetrics => ({
  step,
  epoch: step / 50,
  loss: 0.98765,
  lr: 1.5e-5,
  samplesPerSecond: 128,
  dataSeconds: 0.08,
  stepSeconds: 3.92,
  ...more,
});

const firstScreen = `pretrain flowers
  model            ViT tiny, patch 16 of 224x224
  parameters       6.55 M (encoder 5.52 M, decoder 1.03 M)
  data             12,800 images
  tokens per step  25,088 through the encoder (49 of 196 an image)
  effective batch  512 = 64 images x 2 crops x 4 accumulated
  learning rate    3e-4 = blr 1.5e-4 x 512 / 256
  engine           wasm (SIMD, one thread)
  length           5,000 steps, 50 an epoch
  expected time    shown after the first steps
  folder           runs/flowers

`;

describe('plain lines', () => {
  it('begin with the first screen', () => {
    const output = memoryOutput();
    plainProgress({ output, now: fakeClock().now }).start(facts);
    expect(output.text).toBe(firstScreen);
  });

  it('tell a run that goes on, a rate of its own, a plain batch, a known time', () => {
    const output = memoryOutput();
    plainProgress({ output, now: fakeClock().now }).start({
      ...facts,
      batch: { size: 64, repeats: 1, accumulation: 1 },
      lr: { value: 1e-3 },
      startStep: 1200,
      expectedSeconds: 7300,
      parameters: { encoder: 85_800_000 },
    });
    for (const line of [
      'parameters       85.80 M\n',
      'tokens per step  3,136 through the encoder (49 of 196 an image)\n',
      'effective batch  64 images\n',
      'learning rate    1e-3\n',
      'length           5,000 steps, 50 an epoch; going on after step 1,200\n',
      'expected time    2 h 01 min\n',
    ]) {
      expect(output.text).toContain(line);
    }
  });

  it('come every five seconds, and for the first and the last step', () => {
    const output = memoryOutput();
    const clock = fakeClock();
    const progress = plainProgress({ output, now: clock.now });
    progress.start({ ...facts, totalSteps: 5 });
    output.text = '';
    for (const [step, milliseconds] of [
      [1, 0],
      [2, 4000],
      [3, 4000],
      [4, 4000],
      [5, 500],
    ] as const) {
      clock.advance(milliseconds);
      progress.step(metrics(step));
    }
    // Between reports: 4, 4, 4, 0.5 s; weights fade by 0.9 a step, so (4·0.9 + 4)/1.9 = 4 s a step at step 3.
    expect(output.text).toBe(`step 1/5  epoch 0.02  loss 0.9877  lr 1.5e-5  128 samples/s  data 2%
step 3/5  epoch 0.06  loss 0.9877  lr 1.5e-5  128 samples/s  data 2%  8 s left
step 5/5  epoch 0.10  loss 0.9877  lr 1.5e-5  128 samples/s  data 2%  0 s left
`);
  });

  it('show the parts of a loss that has several', () => {
    const output = memoryOutput();
    const progress = plainProgress({ output, now: fakeClock().now });
    progress.start(facts);
    progress.step(metrics(1, { loss: 1.5, lossRecon: 0.9, lossDirect: 0.4, lossGeneration: 0.2 }));
    expect(output.text).toContain('loss 1.5000 (recon 0.9000, direct 0.4000, generation 0.2000)  lr');
    output.text = '';
    progress.step(metrics(5000, { lossRecon: 0.98765 }));
    expect(output.text).toContain('loss 0.9877  lr');
  });

  it('end with what came of it, and say nothing more after an error', () => {
    const output = memoryOutput();
    const progress = plainProgress({ output, now: fakeClock().now });
    progress.note('photo 3.jpg is unreadable');
    progress.finish();
    const end = { totalSteps: 5000, seconds: 3725, loss: 0.41234, folder: 'runs/flowers' };
    progress.finish({ ...end, step: 5000 });
    progress.finish({ ...end, step: 1234 });
    expect(output.text).toBe(`photo 3.jpg is unreadable
done: 5,000 steps after 1 h 02 min, loss 0.4123; see runs/flowers
stopped: step 1,234 of 5,000 after 1 h 02 min, loss 0.4123; go on with --resume runs/flowers
`);
  });
});

describe('the bar', () => {
  // cli-progress keeps a timer of its own.
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** The line that stands on the screen: what was written since the cursor last went to its start, without control codes. */
  const visible = (text: string) => stripVTControlCharacters(text.split('\x1b[1G').at(-1)!);

  it('is redrawn in place, ten times a second at most', () => {
    const output = memoryOutput({ isTTY: true, columns: 120 });
    const clock = fakeClock();
    const progress = barProgress({ output, now: clock.now });
    progress.start(facts);
    expect(output.text.startsWith(firstScreen)).toBe(true);
    expect(visible(output.text)).toBe('░░░░░░░░░░░░░░░░░░░░ 0%  0/5,000  starting');
    progress.step(metrics(1));
    clock.advance(50);
    progress.step(metrics(2));
    expect(visible(output.text)).toBe(
      '░░░░░░░░░░░░░░░░░░░░ 0%  1/5,000  loss 0.9877  lr 1.5e-5  128 samples/s  data 2%',
    );
    clock.advance(4000);
    progress.step(metrics(1300));
    expect(visible(output.text)).toMatch(/^█████░{15} 26% {2}1,300\/5,000 {2}loss 0\.9877 {2}lr 1\.5e-5 .* left$/);
    progress.step(metrics(5000));
    expect(visible(output.text)).toMatch(/^█{20} 100% {2}5,000\/5,000 /);
    progress.finish();
  });

  it('cuts its line to the terminal, and leaves wrapping and cursor as they were', () => {
    const output = memoryOutput({ isTTY: true, columns: 40 });
    const progress = barProgress({ output, now: fakeClock().now });
    progress.start(facts);
    progress.step(metrics(1));
    expect(visible(output.text)).toBe('░░░░░░░░░░░░░░░░░░░░ 0%  1/5,000  loss 0');
    progress.finish();
    expect(output.text).not.toMatch(/\?7l|\?25l/);
  });

  it('makes room for notes, and goes when the run ends', () => {
    const output = memoryOutput({ isTTY: true, columns: 120 });
    const progress = barProgress({ output, now: fakeClock().now });
    progress.start(facts);
    progress.step(metrics(7));
    output.text = '';
    progress.note('checkpoint of step 7');
    expect(output.text).toContain('\x1b[1G\x1b[2Kcheckpoint of step 7\n');
    expect(visible(output.text)).toContain('  7/5,000  loss 0.9877');
    output.text = '';
    progress.finish({ step: 7, totalSteps: 5000, seconds: 30, loss: 0.5, folder: 'runs/a' });
    expect(
      output.text.endsWith(
        '\x1b[1G\x1b[2Kstopped: step 7 of 5,000 after 30 s, loss 0.5000; go on with --resume runs/a\n',
      ),
    ).toBe(true);
    output.text = '';
    progress.note('later');
    vi.advanceTimersByTime(1000);
    expect(output.text).toBe('later\n');
    expect(vi.getTimerCount()).toBe(0);
  });
});

it('is a bar on a terminal and lines elsewhere', () => {
  const [terminal, file] = [memoryOutput({ isTTY: true }), memoryOutput()];
  for (const output of [terminal, file]) {
    const progress = createProgress({ output, now: fakeClock().now });
    progress.start(facts);
    progress.finish();
  }
  expect(terminal.text).toContain('░');
  expect(file.text).toBe(firstScreen);
});

describe('pace', () => {
  it('weighs recent steps more, and leaves the first step out of the time left', () => {
    const clock = fakeClock();
    const pace = createPace(100, clock.now);
    expect(pace.read()).toEqual({ secondsLeft: undefined, dataShare: 0, samplesPerSecond: 0 });
    clock.advance(60_000);
    pace.add(metrics(1, { stepSeconds: 60, dataSeconds: 0, samplesPerSecond: 1 }));
    expect(pace.read()).toEqual({ secondsLeft: undefined, dataShare: 0, samplesPerSecond: expect.closeTo(1) });
    clock.advance(2000);
    pace.add(metrics(2, { stepSeconds: 1, dataSeconds: 1, samplesPerSecond: 30 }));
    clock.advance(4000);
    pace.add(metrics(4, { stepSeconds: 1, dataSeconds: 1, samplesPerSecond: 30 }));
    // Both intervals are 2 s a step, 96 steps remain. Fading weights 0.81, 0.9, 1 of seconds 60, 2, 2.
    const { secondsLeft, dataShare, samplesPerSecond } = pace.read();
    expect(secondsLeft).toBeCloseTo(192);
    expect(dataShare).toBeCloseTo((0.9 + 1) / (0.81 * 60 + 0.9 * 2 + 2));
    expect(samplesPerSecond).toBeCloseTo((0.81 * 60 + 0.9 * 60 + 60) / (0.81 * 60 + 0.9 * 2 + 2));
  });
});

describe('numbers', () => {
  it('are written for people', () => {
    expect([0.4, 59.4, 59.6, 185, 3599.6, 3725, 86_400, 183_600].map(formatDuration)).toEqual([
      '0 s',
      '59 s',
      '1 min 00 s',
      '3 min 05 s',
      '1 h 00 min',
      '1 h 02 min',
      '1 d 0 h',
      '2 d 3 h',
    ]);
    expect([0, 2.4e-3, 1e-3, 1.5e-4, 0.5, 1, 12, 1.234e-5].map(formatRate)).toEqual([
      '0',
      '2.4e-3',
      '1e-3',
      '1.5e-4',
      '0.5',
      '1',
      '12',
      '1.23e-5',
    ]);
    expect([96_000, 5_524_416, 85_798_656, 303_301_632].map(formatParameters)).toEqual([
      '96 k',
      '5.52 M',
      '85.80 M',
      '303.3 M',
    ]);
    expect([8.314, 245.4, 1240].map(formatSpeed)).toEqual(['8.31', '245', '1,240']);
    expect(formatCount(1_281_167)).toBe('1,281,167');
    expect(formatShare(0.0251)).toBe('3%');
  });
});
