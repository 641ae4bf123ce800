/** What a test run came to. */
export interface TestCount {
  /** Tests that passed. */
  passed: number;
  /** Tests that failed, and one for each file that could not be run at all. */
  failed: number;
}

/** Counts from vitest's JSON report, where a file that does not even load has failed without a failed test. */
export function countTests(report: unknown): TestCount {
  const { testResults = [] } = report as { testResults?: FileResult[] };
  const count = { passed: 0, failed: 0 };
  for (const file of testResults) {
    const failed = file.assertionResults.filter((test) => test.status === 'failed').length;
    count.passed += file.assertionResults.filter((test) => test.status === 'passed').length;
    count.failed += failed > 0 ? failed : Number(file.status === 'failed');
  }
  return count;
}

interface FileResult {
  status: string;
  assertionResults: { status: string }[];
}
