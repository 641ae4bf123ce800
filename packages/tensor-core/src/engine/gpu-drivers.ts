import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { EngineDevice } from './engine.ts';

/** A device that is no processor. */
export type Gpu = Exclude<EngineDevice, 'cpu'>;

/** How to get each device. */
export const GPU_REMEDIES: Readonly<Record<Gpu, string>> = {
  webgpu: "it needs a GPU and its maker's driver: Vulkan (VK_DRIVER_FILES names one elsewhere), Metal or D3D12",
  cuda: 'on Linux x64, with CUDA 12 and cuDNN 9: npm approve-scripts onnxruntime-node && npm rebuild onnxruntime-node, whose script downloads the provider, which a closed network refuses',
};

/** What {@link findGpus} asks of the machine. */
export interface GpuSurroundings {
  /** The backends that onnxruntime-node lists. */
  readonly backends: readonly string[];
  /** The folder of its libraries. */
  readonly libraries: string;
  /** The system. */
  readonly platform: NodeJS.Platform;
  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The names in a folder, none where it can't be read. */
  readonly list: (folder: string) => readonly string[];
}

const SYSTEM: Omit<GpuSurroundings, 'backends' | 'libraries'> = {
  platform: process.platform,
  env: process.env,
  list: (folder) => (existsSync(folder) ? readdirSync(folder) : []),
};

/**
 * The GPUs that ONNX Runtime may be tried on, or what each lacks. Asked of files, because the drivers print to the terminal when they are
 * called in vain.
 */
export function findGpus(surroundings: GpuSurroundings = machine()): { device: Gpu; lacks?: string }[] {
  const gpus: readonly { device: Gpu; lacks?: string }[] = [
    { device: 'webgpu', lacks: lacksForWebgpu(surroundings) },
    { device: 'cuda', lacks: lacksForCuda(surroundings) },
  ];
  return gpus.filter(({ device }) => surroundings.backends.includes(device));
}

/** What WebGPU lacks here, as far as files show it. */
export function lacksForWebgpu({ platform, env, list }: Omit<GpuSurroundings, 'backends' | 'libraries'> = SYSTEM) {
  // Only Linux can lack a Vulkan driver; a driver that is named is believed in.
  if (platform !== 'linux' || env.VK_DRIVER_FILES || env.VK_ICD_FILENAMES || env.VK_ADD_DRIVER_FILES) return undefined;
  const devices = [...list('/dev/dri'), ...list('/dev')].filter((name) => /^(renderD\d+|nvidia\d+|dxg)$/.test(name));
  if (devices.length === 0) return 'this system shows no GPU';
  return vulkanFolders(env).some((folder) => list(folder).some((name) => name.endsWith('.json')))
    ? undefined
    : 'no Vulkan driver is installed';
}

function lacksForCuda({ libraries, list }: GpuSurroundings): string | undefined {
  return list(libraries).some((name) => name.includes('onnxruntime_providers_cuda'))
    ? undefined
    : 'its provider is not installed';
}

/** Where Vulkan's loader looks for drivers. */
function vulkanFolders({ HOME = homedir(), ...env }: GpuSurroundings['env']): string[] {
  const roots = [
    env.XDG_CONFIG_HOME ?? join(HOME, '.config'),
    ...(env.XDG_CONFIG_DIRS ?? '/etc/xdg').split(delimiter),
    '/etc',
    env.XDG_DATA_HOME ?? join(HOME, '.local/share'),
    ...(env.XDG_DATA_DIRS ?? '/usr/local/share:/usr/share').split(delimiter),
  ];
  return roots.map((root) => join(root, 'vulkan/icd.d'));
}

function machine(): GpuSurroundings {
  // onnxruntime-node as the backend has it: this package need not have the same, or any.
  const backend = createRequire(import.meta.url).resolve('@masked-distill/tfjs-backend-ort/package.json');
  const load = createRequire(backend);
  const { listSupportedBackends } = load('onnxruntime-node') as { listSupportedBackends(): { name: string }[] };
  const root = dirname(load.resolve('onnxruntime-node/package.json'));
  return {
    backends: listSupportedBackends().map(({ name }) => name),
    libraries: join(root, 'bin/napi-v6', process.platform, process.arch),
    ...SYSTEM,
  };
}
