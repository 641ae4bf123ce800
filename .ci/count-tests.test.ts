import { expect, it } from 'vitest';
import { countTests } from './count-tests.ts';

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((status) => ({ status })),
});

it('counts passed and failed tests, and leaves skipped ones out', () => {
  const testResults = [file('passed', 'passed', 'passed', 'skipped'), file('failed', 'passed', 'failed', 'failed')];
  expect(countTests({ testResults })).toEqual({ passed: 3, failed: 2 });
});

it('counts a file that did not load as a failure', () => {
  expect(countTests({ testResults: [file('failed')] })).toEqual({ passed: 0, failed: 1 });
});

it('counts nothing where there is no report', () => {
  expect(countTests({})).toEqual({ passed: 0, failed: 0 });
});
