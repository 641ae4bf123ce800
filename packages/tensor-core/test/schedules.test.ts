import { hasFixtures, readFixture } from '@masked-distill/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cosineTable, InputError, scaleLearningRate, warmupCosine } from '../src/index.ts';

describe('warmupCosine', () => {
  it('rises from 0, peaks at the end of the warm-up, is half-way down in the middle, and ends on the floor', () => {
    const rate = warmupCosine({ peak: 1, floor: 0.2, warmupSteps: 10, totalSteps: 30 });
    expect([0, 5, 10, 20, 30, 31].map(rate)).toEqual([0, 0.5, 1, expect.closeTo(0.6, 12), 0.2, 0.2]);
    // A third of the way: 0.2 + 0.8 · (1 + cos 60°) / 2
    expect(warmupCosine({ peak: 1, floor: 0.2, totalSteps: 3 })(1)).toBeCloseTo(0.8, 12);
  });

  it('never leaves [floor, peak] after the warm-up and never rises there', () => {
    const options = fc.record({
      peak: fc.double({ min: 0.1, max: 1, noNaN: true }),
      floor: fc.double({ min: 0, max: 0.1, noNaN: true }),
      warmupSteps: fc.nat(20),
      totalSteps: fc.integer({ min: 20, max: 100 }),
    });
    fc.assert(
      fc.property(options, ({ peak, floor, warmupSteps, totalSteps }) => {
        const rate = warmupCosine({ peak, floor, warmupSteps, totalSteps });
        for (let step = warmupSteps; step <= totalSteps; step++) {
          expect(rate(step)).toBeGreaterThanOrEqual(floor - 1e-12);
          expect(rate(step)).toBeLessThanOrEqual(peak + 1e-12);
          expect(rate(step + 1)).toBeLessThanOrEqual(rate(step) + 1e-12);
        }
      }),
    );
  });

  it('refuses a warm-up longer than the run', () => {
    const create = () => warmupCosine({ peak: 1, warmupSteps: 40, totalSteps: 30 });
    expect(create).toThrow(InputError);
    expect(create).toThrow('warmupCosine: the warm-up has 40 steps, the whole run 30; shorten the warm-up');
    const table = () => cosineTable({ base: 1, final: 0, warmupSteps: 40, totalSteps: 30 });
    expect(table).toThrow(InputError);
    expect(table).toThrow('cosineTable: the warm-up has 40 steps, the whole run 30; shorten the warm-up');
  });

  it.skipIf(!hasFixtures)('gives the rates of mae adjust_learning_rate (needs ../shared/fixtures)', () => {
    const { args, epoch, values } = readFixture('optim_trace').facts.schedules.mae_adjust_learning_rate;
    const rate = warmupCosine({
      peak: args.lr,
      floor: args.min_lr,
      warmupSteps: args.warmup_epochs,
      totalSteps: args.epochs,
    });
    expect(epoch.map(rate)).toEqual(values.map(([expected]: number[]) => expect.closeTo(expected!, 15)));
  });
});

describe('cosineTable', () => {
  it('reaches its base twice and its final value never', () => {
    const table = cosineTable({ base: 1, final: 0, warmupSteps: 3, totalSteps: 7 });
    const quarter = (1 + Math.SQRT1_2) / 2;
    const expected = [0, 0.5, 1, 1, quarter, 0.5, 1 - quarter];
    expect([...table]).toEqual(expected.map((value) => expect.closeTo(value, 12)));
    expect([...cosineTable({ base: 1, final: 0, start: 0.25, warmupSteps: 1, totalSteps: 2 })]).toEqual([0.25, 1]);
  });

  it.skipIf(!hasFixtures)('gives the tables of VideoMAE cosine_scheduler (needs ../shared/fixtures)', () => {
    const traces = readFixture('optim_trace').facts.schedules.cosine_scheduler;
    expect(traces).toHaveLength(4);
    for (const { args, values } of traces) {
      const table = cosineTable({
        base: args.base_value,
        final: args.final_value,
        totalSteps: args.epochs * args.niter_per_ep,
        warmupSteps: args.warmup_steps > 0 ? args.warmup_steps : args.warmup_epochs * args.niter_per_ep,
        start: args.start_warmup_value,
      });
      expect([...table]).toEqual(values.map((value: number) => expect.closeTo(value, 15)));
    }
  });
});

describe('scaleLearningRate', () => {
  it('is linear in the batch, 256 being the unit', () => {
    expect(scaleLearningRate(1.5e-4, 4096)).toBeCloseTo(2.4e-3, 15); // MAE's pre-training
    expect(scaleLearningRate(1e-3, 64)).toBe(2.5e-4);
  });
});
