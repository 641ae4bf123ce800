import { NpmRunner } from '../src/runner/npm-runner.ts';
import { runnerConformance } from './support/runner-conformance.ts';

runnerConformance('the npm binding', { create: () => new NpmRunner(), asynchronous: false });
