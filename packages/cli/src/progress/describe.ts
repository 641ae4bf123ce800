import {
  formatCount,
  formatDuration,
  formatParameters,
  formatRate,
  formatShare,
  formatSpeed,
  formatTable,
} from './format.ts';
import type { Pace } from './pace.ts';
import type { RunFacts, RunSummary, StepMetrics } from './progress.ts';

/** The first screen: a title and an aligned table. */
export function describeFacts(facts: RunFacts): string {
  const { data, tokens, batch, lr, stepsPerEpoch, totalSteps, startStep, expectedSeconds } = facts;
  const perPass = batch.size * batch.repeats;
  const effective = perPass * batch.accumulation;
  const repeats = batch.repeats > 1 ? ` x ${batch.repeats} crops` : '';
  const accumulation = batch.accumulation > 1 ? ` x ${batch.accumulation} accumulated` : '';
  const steps = `${formatCount(totalSteps)} steps, ${formatCount(stepsPerEpoch)} an epoch`;
  const rows: (readonly [string, string])[] = [
    ['model', facts.model],
    ['parameters', describeParameters(facts.parameters)],
    ...(facts.rows ?? []),
    ['data', `${formatCount(data.count)} ${data.many}`],
    [
      'tokens per step',
      `${formatCount(effective * tokens.visible)} through the encoder (${tokens.visible} of ${tokens.all} ${data.one})`,
    ],
    [
      'effective batch',
      `${formatCount(effective)}${repeats || accumulation ? ` = ${batch.size} ${data.many}${repeats}${accumulation}` : ` ${data.many}`}`,
    ],
    [
      'learning rate',
      formatRate(lr.value) +
        (lr.blr === undefined ? '' : ` = blr ${formatRate(lr.blr)} x ${formatCount(effective)} / 256`),
    ],
    ['engine', facts.engine],
    ['length', startStep > 0 ? `${steps}; going on after step ${formatCount(startStep)}` : steps],
    ['expected time', expectedSeconds === undefined ? 'shown after the first steps' : formatDuration(expectedSeconds)],
    ['folder', facts.folder],
  ];
  return `${facts.title}\n${formatTable(rows)}`;
}

/** One step in one line, without its count: loss and its parts, rate, speed, waiting, time left. */
export function describeStep(metrics: StepMetrics, pace: Pace): string {
  const parts = Object.entries(metrics)
    .filter(([name]) => /^loss./.test(name))
    .map(([name, value]) => `${name.slice('loss'.length).toLowerCase()} ${value.toFixed(4)}`);
  const { secondsLeft, dataShare, samplesPerSecond } = pace.read();
  return [
    `loss ${metrics.loss.toFixed(4)}${parts.length > 1 ? ` (${parts.join(', ')})` : ''}`,
    `lr ${formatRate(metrics.lr)}`,
    `${formatSpeed(samplesPerSecond)} samples/s`,
    `data ${formatShare(dataShare)}`,
    secondsLeft === undefined ? '' : `${formatDuration(secondsLeft)} left`,
  ]
    .filter(Boolean)
    .join('  ');
}

/** How a run ended, in a line; for one that was stopped, how it goes on. */
export function describeSummary({ step, totalSteps, seconds, loss, folder }: RunSummary): string {
  const told = `after ${formatDuration(seconds)}, loss ${loss.toFixed(4)}`;
  if (step >= totalSteps) return `done: ${formatCount(step)} steps ${told}; see ${folder}`;
  return `stopped: step ${formatCount(step)} of ${formatCount(totalSteps)} ${told}; go on with --resume ${folder}`;
}

/** A number of parameters, and of each part. */
export function describeParameters(parameters: Readonly<Record<string, number>>): string {
  const parts = Object.entries(parameters);
  const sum = formatParameters(parts.reduce((total, [, count]) => total + count, 0));
  return parts.length < 2
    ? sum
    : `${sum} (${parts.map(([name, count]) => `${name} ${formatParameters(count)}`).join(', ')})`;
}
