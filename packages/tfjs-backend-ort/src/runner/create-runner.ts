import { NativeRunner } from './native-runner.ts';
import { NpmRunner } from './npm-runner.ts';
import type { Device, Runner } from './runner.ts';

/** Settings of {@link createRunner}. */
export interface CreateRunnerOptions {
  /** Where sessions compute. */
  device: Device;
  /** Which binding, on the CPU. Default: the C API. */
  binding?: Runner['name'];
  /** Told in one line why the npm binding stands in for the C API. Default: nobody. */
  notice?: (text: string) => void;
  /** Makes the runner over the C API. Default: it does. */
  native?: () => Runner;
}

/**
 * The way to ONNX Runtime for a device: its C API for the CPU, its npm binding for GPUs, and for the CPU where koffi or the library
 * can't load.
 *
 * @throws OrtBackendError when the npm binding is needed and can't be loaded either
 */
export function createRunner({
  device,
  binding = 'native',
  notice = () => {},
  native = () => new NativeRunner(),
}: CreateRunnerOptions): Runner {
  if (device !== 'cpu' || binding === 'npm') return new NpmRunner({ device });
  try {
    return native();
  } catch (error) {
    const runner = new NpmRunner({ device });
    const reason = error instanceof Error ? error.message : error;
    notice(
      `tfjs-backend-ort: the npm binding of ONNX Runtime stands in for its C API, so steps are slower and block: ${reason}`,
    );
    return runner;
  }
}
