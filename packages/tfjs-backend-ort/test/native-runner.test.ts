import { NativeRunner } from '../src/runner/native-runner.ts';
import { runnerConformance } from './support/runner-conformance.ts';

runnerConformance('the C API', { create: () => new NativeRunner(), asynchronous: true });
