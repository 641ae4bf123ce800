import * as tf from '@tensorflow/tfjs-core';
import { takeBackend } from '../backends.ts';
import type { DeviceReport, EngineDevice, EngineSettings, StartedEngine } from '../engine.ts';
import { findGpus, GPU_REMEDIES, type Gpu } from '../gpu-drivers.ts';
import { NotStarted } from '../not-started.ts';
import { chooseDevice } from './choose-device.ts';
import { measureStep } from './measure-step.ts';
import { BACKEND_NAME, keptDevice } from './running-backend.ts';

/**
 * Makes ONNX Runtime the current backend: it compiles whole steps and runs them on all cores, or on a GPU. With the device 'auto' that is
 * a GPU only where a short probe shows it to be faster.
 */
export async function startOnnxruntime(settings: EngineSettings): Promise<StartedEngine> {
  const { compile, describeOnnxruntime, freeze, registerOnnxruntime } = await import(
    '@masked-distill/tfjs-backend-ort'
  );
  const notes = new Set<string>();
  const start = async (device: EngineDevice) => {
    registerOnnxruntime({ device, threads: settings.threads, notice: (text) => notes.add(text) });
    await takeBackend(BACKEND_NAME);
    await computeSomething();
  };
  const describe = (device: EngineDevice, devices: readonly DeviceReport[]): StartedEngine => ({
    device,
    devices,
    compile,
    freeze,
    detail: describeOnnxruntime(),
    // What the backend will one day say of operators that a GPU leaves to the processor belongs among these.
    notes: [...notes],
  });

  const kept = keptDevice(settings);
  if (kept) {
    await takeBackend(BACKEND_NAME);
    return describe(kept, []);
  }
  if (settings.device !== 'auto') {
    await start(settings.device).catch((cause: Error) => {
      throw settings.device === 'cpu'
        ? cause
        : new NotStarted(cause.message, { remedy: GPU_REMEDIES[settings.device as Gpu], cause });
    });
    return describe(settings.device, []);
  }

  const gpus = findGpus();
  let current: EngineDevice | undefined;
  const choice = await chooseDevice(
    gpus.filter(({ lacks }) => lacks === undefined).map(({ device }) => device),
    async (device, size) => {
      if (current !== device) await start(device);
      current = device;
      return measureStep(compile, size);
    },
  );
  if (current !== choice.device) await start(choice.device);
  const missing = gpus.flatMap(({ device, lacks: detail }) =>
    detail === undefined ? [] : [{ device, detail, remedy: GPU_REMEDIES[device] }],
  );
  return describe(choice.device, [...choice.others, ...missing]);
}

/** Runs a graph, since a device is looked for when the first one is loaded. */
async function computeSomething(): Promise<void> {
  const three = tf.tidy(() => tf.add(tf.scalar(1), tf.scalar(2)));
  try {
    await three.data();
  } finally {
    three.dispose();
  }
}
