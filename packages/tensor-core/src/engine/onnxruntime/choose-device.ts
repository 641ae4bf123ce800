import type { DeviceReport, EngineDevice } from '../engine.ts';
import { GPU_REMEDIES, type Gpu } from '../gpu-drivers.ts';

/** Rows and columns of the matrices in a step, from one that any device does at once to one that shows what a real GPU can do. */
const SIZES: readonly number[] = [128, 384, 1024];
/** A device that takes longer for a step, as a software renderer does, would spend seconds on the larger ones. */
const QUICK_MILLISECONDS = 8;

/** Milliseconds that a training-like step of some size takes on a device. */
export type MeasureStep = (device: EngineDevice, size: number) => Promise<number>;

/** What {@link chooseDevice} found. */
export interface DeviceChoice {
  /** The fastest. */
  readonly device: EngineDevice;
  /** The GPUs that were tried and are not, and why. */
  readonly others: readonly DeviceReport[];
}

/**
 * Takes the processor unless a GPU does a step faster.
 *
 * @param gpus those to try
 * @param measure times a step; throws where the device can't compute
 */
export async function chooseDevice(gpus: readonly Gpu[], measure: MeasureStep): Promise<DeviceChoice> {
  let best: { device: EngineDevice; ratio: number } = { device: 'cpu', ratio: 1 };
  const others: DeviceReport[] = [];
  const timed: { device: Gpu; gpu: number; size: number }[] = [];
  for (const device of gpus) {
    try {
      timed.push({ device, ...(await climb((size) => measure(device, size))) });
    } catch (cause) {
      others.push({ device, detail: (cause as Error).message, remedy: GPU_REMEDIES[device] });
    }
  }
  const processor = new Map<number, number>();
  for (const size of new Set(timed.map((one) => one.size))) processor.set(size, await measure('cpu', size));
  for (const { device, gpu, size } of timed) {
    const ratio = gpu / processor.get(size)!;
    if (ratio < best.ratio) best = { device, ratio };
  }
  for (const { device, gpu, size } of timed) {
    if (device === best.device) continue;
    const times = `${format(gpu)} ms a step of the probe, the processor ${format(processor.get(size)!)}`;
    others.push({ device, detail: `not the fastest here: ${times}` });
  }
  return { device: best.device, others };
}

/** Measures larger and larger steps while they are quick, and gives the last. */
async function climb(measure: (size: number) => Promise<number>): Promise<{ size: number; gpu: number }> {
  let last = { size: 0, gpu: 0 };
  for (const size of SIZES) {
    last = { size, gpu: await measure(size) };
    if (last.gpu >= QUICK_MILLISECONDS) break;
  }
  return last;
}

const format = (milliseconds: number) => milliseconds.toFixed(milliseconds < 10 ? 1 : 0);
