import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type * as Koffi from 'koffi';
import { OrtBackendError } from '../errors.ts';

type Loaded = { koffi: typeof Koffi; library: Koffi.LibraryHandle; asyncStack: number };

// By platform: the file, and the processors it is made for.
const FILES: Readonly<Record<string, { file: string; architectures: readonly string[] }>> = {
  linux: { file: 'libonnxruntime.so.1', architectures: ['x64', 'arm64'] },
  darwin: { file: 'libonnxruntime.1.dylib', architectures: ['arm64'] },
  win32: { file: 'onnxruntime.dll', architectures: ['x64', 'arm64'] },
};

/** Which library {@link findOrtLibrary} looks for. */
export interface LibraryOptions {
  /** As `process.platform`, the default. */
  platform?: string;
  /** As `process.arch`, the default. */
  architecture?: string;
  /** Finds a file of an installed package. */
  resolve?: (id: string) => string;
}

// koffi runs what it calls on stacks of its own, and the 128 KiB it gives asynchronous calls is hardly more than the 64 KiB panel
// that the runtime's matrix product puts there. This is what a process gets for its first thread; pages are taken as they are used.
const STACK_BYTES = 8 << 20;
const RTLD_NOW = 2;

const require = createRequire(import.meta.url);

// For good: functions decoded from pointers don't hold the library, and it would be unmapped under them.
let loaded: Loaded | undefined;

/**
 * The file of the runtime's library inside the installed onnxruntime-node.
 *
 * @throws OrtBackendError when there is none for this system, or onnxruntime-node is not installed
 */
export function findOrtLibrary({
  platform = process.platform,
  architecture = process.arch,
  resolve = require.resolve,
}: LibraryOptions = {}): string {
  const made = FILES[platform];
  if (!made?.architectures.includes(architecture)) {
    const systems = Object.entries(FILES).map(([name, { architectures }]) => `${name} ${architectures.join('/')}`);
    throw new OrtBackendError(
      `onnxruntime: there is no library for this system, got ${platform} ${architecture}; it is made for ${systems.join(', ')}`,
    );
  }
  try {
    // The very file that the npm binding loads: a second copy in the process may be shadowed by the first.
    const folder = dirname(resolve('onnxruntime-node/package.json'));
    return join(folder, 'bin', 'napi-v6', platform, architecture, made.file);
  } catch (cause) {
    throw new OrtBackendError('onnxruntime: the package onnxruntime-node is not installed; install version 1.30.0', {
      cause,
    });
  }
}

/**
 * Loads koffi and the runtime's library, once and for good.
 *
 * @throws OrtBackendError when either can't be loaded
 */
export function loadOrtLibrary(): Loaded {
  if (loaded) return loaded;
  const file = findOrtLibrary();
  try {
    const koffi = require('koffi') as typeof Koffi;
    growStacks(koffi);
    const library = koffi.load(file);
    keepMapped(koffi, file);
    loaded = { koffi, library, asyncStack: koffi.config().async_stack_size ?? 0 };
    return loaded;
  } catch (cause) {
    throw new OrtBackendError(`onnxruntime: its library can't be loaded through koffi, got ${cause}`, { cause });
  }
}

function growStacks(koffi: typeof Koffi): void {
  try {
    koffi.config({ sync_stack_size: STACK_BYTES, async_stack_size: STACK_BYTES });
  } catch {
    // Somebody else has loaded a library through koffi, and its settings are fixed by then; the session looks at what there is.
  }
}

// koffi gives its reference back when a thread's environment ends, while the runtime's own threads may still be in the library.
function keepMapped(koffi: typeof Koffi, file: string): void {
  if (process.platform === 'win32') {
    koffi.load('kernel32.dll').func('LoadLibraryW', 'void *', ['str16'])(file);
  } else {
    koffi.load(null).func('dlopen', 'void *', ['str', 'int'])(file, RTLD_NOW);
  }
}
