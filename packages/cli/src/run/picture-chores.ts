import type { Chore } from '@masked-distill/train';
import { type RunPlan, spanInSteps } from '../config/plan.ts';
import type { RunConfig } from '../config/run-config.ts';

/** Painting after every so many steps, unless the settings switch it off. */
export function pictureChores(
  { run }: Pick<RunConfig, 'run'>,
  { plan, paint }: { plan: RunPlan; paint: (step: number) => Promise<void> },
): readonly Chore[] {
  if (run.pictureEvery === undefined || run.pictureEvery === 'off') return [];
  return [{ every: spanInSteps(run.pictureEvery, plan.stepsPerEpoch), run: paint }];
}
