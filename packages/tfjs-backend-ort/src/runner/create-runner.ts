import { NativeRunner } from './native-runner.ts';
import type { Device, Runner } from './runner.ts';

/** Options of {@link createRunner}. */
export interface CreateRunnerOptions {
  /** Where to compute. */
  device: Device;
  /** The way to the runtime on the CPU. */
  binding: 'native' | 'npm';
  /** Told when the npm binding has to stand in. */
  notice: (text: string) => void;
}

/** Makes the runner for a device. (The npm binding follows.) */
export function createRunner(_options: CreateRunnerOptions): Runner {
  return new NativeRunner();
}
