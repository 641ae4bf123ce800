import type { Failure, Result } from 'jasmine-core/lib/jasmine-core/jasmine.js';
import { specName } from './environment.ts';
import { jasmine } from './globals.ts';
import { listSpecs } from './list-specs.ts';
import { readRequest, type SpecOutcome, tell } from './protocol.ts';
import { restartRandom } from './seeded-random.ts';
import { SKIPPED } from './skipped.ts';
import { NOT_ON_BACKEND, skipReasons } from './skips.ts';

declare const beforeEach: (action: () => void) => void;

/** Runs the declared specs in this process as the parent asked, tells it of each, and ends the process. */
export async function runSpecs(): Promise<never> {
  const { backend, filter, from, ignoreSkips } = readRequest();
  const skips = skipReasons((ignoreSkips ? undefined : SKIPPED[backend]) ?? []);
  const env = jasmine.getEnv();
  const specs = listSpecs(env.topSuite()).map((spec) => ({
    ...spec,
    skip: spec.onBackend ? skips.reasonFor(spec.name) : NOT_ON_BACKEND,
  }));
  tell({ type: 'listed', total: specs.length, unusedSkips: skips.unused() });

  const toRun = new Map<string, { name: string; index: number }>();
  for (const [index, { id, name, skip }] of specs.entries()) {
    if (!name.includes(filter)) continue;
    if (skip === undefined) {
      if (index >= from) toRun.set(id, { name, index });
    } else if (from === 0) tell({ type: 'ended', name, outcome: 'skipped', message: skip });
  }

  env.configure({ random: false, specFilter: ({ id }) => toRun.has(id) });
  env.clearReporters();
  env.addReporter({
    specStarted({ id }) {
      const spec = toRun.get(id);
      if (spec) tell({ type: 'started', ...spec });
    },
    specDone(result) {
      const spec = toRun.get(result.id);
      if (spec) tell({ type: 'ended', name: spec.name, ...endOf(result) });
    },
    suiteDone({ fullName, failedExpectations }) {
      tellSuite(specName(fullName).name, failedExpectations);
    },
    jasmineDone({ failedExpectations }) {
      tellSuite('outside any spec', failedExpectations);
    },
  });
  beforeEach(restartRandom);
  await env.execute();
  tell({ type: 'done' });
  // A spec may have left a timer or a worker behind, which would keep the process alive.
  process.exit(0);
}

function endOf({ status, failedExpectations }: Result): { outcome: SpecOutcome; message: string } {
  if (status === 'passed') return { outcome: 'passed', message: '' };
  if (status === 'pending') return { outcome: 'skipped', message: 'declared by tfjs-core as not to be run' };
  return { outcome: 'failed', message: failedExpectations?.map(inFull).join('\n') || 'failed without a message' };
}

function tellSuite(name: string, failures: readonly Failure[] = []): void {
  if (failures[0]) tell({ type: 'suite-failed', name, message: failures.map(inFull).join('\n') });
}

function inFull({ message, stack }: Failure): string {
  return stack ? `${message}\n${stack}` : message;
}
