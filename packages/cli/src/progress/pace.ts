import type { StepMetrics } from './progress.ts';

/** Weight of the newest step in the moving averages: about the last twenty count. */
const NEWEST = 0.1;

/** How fast a run goes. */
export interface PaceReading {
  /** Seconds to the end; unknown until a second step has come, since the first one compiles. */
  readonly secondsLeft?: number;
  /** Share of the time spent waiting for data, over recent steps. */
  readonly dataShare: number;
  /** Samples per second, over recent steps. */
  readonly samplesPerSecond: number;
}

/** Keeps moving averages over the latest steps. */
export interface Pace {
  /** Takes in a step. */
  add(metrics: StepMetrics): void;
  /** The averages after the steps so far. */
  read(): PaceReading;
}

/**
 * A pace for a run of `totalSteps`. The time left counts what passes between reports, so checkpoints and pictures are in it.
 *
 * @param now milliseconds from any fixed start
 */
export function createPace(totalSteps: number, now: () => number): Pace {
  let last: { step: number; at: number } | undefined;
  // Sums that fade: weights of all steps add up to `weight`, which corrects the start of an exponential average.
  const sums = { weight: 0, data: 0, step: 0, samples: 0, intervalWeight: 0, interval: 0 };
  const fade = (name: keyof typeof sums, value: number) => {
    sums[name] = sums[name] * (1 - NEWEST) + value * NEWEST;
  };
  return {
    add({ step, dataSeconds, stepSeconds, samplesPerSecond }) {
      const at = now();
      if (last && step > last.step) {
        fade('intervalWeight', 1);
        fade('interval', (at - last.at) / 1000 / (step - last.step));
      }
      fade('weight', 1);
      fade('data', dataSeconds);
      fade('step', dataSeconds + stepSeconds);
      fade('samples', samplesPerSecond * (dataSeconds + stepSeconds));
      last = { step, at };
    },
    read() {
      const known = last && sums.intervalWeight > 0;
      return {
        secondsLeft: known ? (sums.interval / sums.intervalWeight) * (totalSteps - last!.step) : undefined,
        dataShare: sums.step > 0 ? sums.data / sums.step : 0,
        samplesPerSecond: sums.step > 0 ? sums.samples / sums.step : 0,
      };
    },
  };
}
