import { OrtBackendError } from '../errors.ts';
import { apiLength, errorFunctions, releaseFunctions, statusFunctions } from './ort-functions.ts';
import { loadOrtLibrary } from './ort-library.ts';
import type { Resources } from './resource.ts';

// Positions were checked against this release. The interface is stable by contract, but what it does is not called for more.
const RELEASE = /^1\.30\./;
const API_VERSION = 17;
// By number, from onnxruntime_c_api.h (OrtErrorCode).
const ERROR_CODES =
  'OK FAIL INVALID_ARGUMENT NO_SUCHFILE NO_MODEL ENGINE_ERROR RUNTIME_EXCEPTION INVALID_PROTOBUF MODEL_LOADED NOT_IMPLEMENTED INVALID_GRAPH EP_FAIL MODEL_LOAD_CANCELED MODEL_REQUIRES_COMPILATION NOT_FOUND'.split(
    ' ',
  );
const ERRORS_ONLY = 3;
const ARENA_ALLOCATOR = 1;
const DEFAULT_MEMORY = 0;

/** What goes to a C function: an address, memory that stays where it is, a size, or a text. */
export type NativeArgument = bigint | number | string | ArrayBufferView | null;

type StatusFunctions = { readonly [name in keyof typeof statusFunctions]: (...values: NativeArgument[]) => void };
type ReleaseFunctions = { readonly [name in keyof typeof releaseFunctions]: (object: bigint) => void };

/** The C functions. Those that return a status throw an OrtBackendError in its place. */
export interface OrtApi extends StatusFunctions, ReleaseFunctions {
  /** The runtime's version. */
  readonly version: string;
  /** Bytes of stack that asynchronous calls have. */
  readonly asyncStack: number;
  /** The process's environment; never given back. */
  readonly environment: bigint;
  /** Describes memory of the host. */
  readonly hostMemory: bigint;
  /** What the runtime allocates small things by. */
  readonly allocator: bigint;
  /** `Run` on another thread. Everything it is given must stay until it has ended. */
  runAsync(...values: NativeArgument[]): Promise<void>;
  /** Calls a function whose last argument is where it writes an address or a size, and returns that. */
  get(name: keyof typeof statusFunctions, ...values: NativeArgument[]): bigint;
  /** Where an array's memory is. */
  addressOf(array: ArrayBufferView): bigint;
  /** Copies bytes out of native memory. */
  read(address: bigint, bytes: number): Uint8Array;
  /** Copies a text out of native memory. */
  readText(address: bigint): string;
}

/** What the objects of one native runner share. */
export interface NativeContext {
  /** The C API. */
  readonly api: OrtApi;
  /** All that was not given back. */
  readonly resources: Resources;
}

let api: OrtApi | undefined;

/**
 * The C API of the runtime, loaded once and for good.
 *
 * @throws OrtBackendError when the library can't be loaded, or is of another version
 */
export function loadOrtApi(): OrtApi {
  api ??= bind();
  return api;
}

/** Memory for C code to read and write. Unlike that of a short typed array it never moves. */
export const fixedBytes = (bytes: number): ArrayBuffer => new ArrayBuffer(Math.max(bytes, 8));

function bind(): OrtApi {
  const { koffi, library, asyncStack } = loadOrtLibrary();
  const addresses = (address: bigint, length: number) => new BigUint64Array(koffi.decode(address, 'uint64_t', length));
  const at = (address: bigint, result: string, takes: readonly string[]) =>
    koffi.decode(address, koffi.proto(result, [...takes])) as ReturnType<typeof library.func>;

  const base = addresses(library.func('OrtGetApiBase', 'void *', [])(), 2);
  const version: string = at(base[1]!, 'str', [])();
  const structure: bigint | null = RELEASE.test(version) ? at(base[0]!, 'void *', ['uint32_t'])(API_VERSION) : null;
  if (!structure) {
    throw new OrtBackendError(`onnxruntime: this needs version 1.30 of the library, got ${version}; install 1.30.0`);
  }
  const table = addresses(structure, apiLength);

  const errorCode = at(table[errorFunctions.GetErrorCode]!, 'int', ['void *']);
  const errorMessage = at(table[errorFunctions.GetErrorMessage]!, 'str', ['void *']);
  const releases = Object.fromEntries(
    Object.entries(releaseFunctions).map(([name, index]) => [name, at(table[index]!, 'void', ['void *'])]),
  ) as unknown as ReleaseFunctions;
  const check = (name: string, status: bigint | null) => {
    if (!status) return;
    const code: number = errorCode(status);
    const message: string = errorMessage(status);
    releases.ReleaseStatus(status);
    throw new OrtBackendError(`onnxruntime: ${name} failed, got ${ERROR_CODES[code] ?? code}: ${message}`);
  };
  const raw = Object.fromEntries(
    Object.entries(statusFunctions).map(([name, [index, ...takes]]) => [name, at(table[index]!, 'void *', takes)]),
  ) as Record<keyof typeof statusFunctions, ReturnType<typeof library.func>>;
  const functions = Object.fromEntries(
    Object.entries(raw).map(([name, call]) => [name, (...values: NativeArgument[]) => check(name, call(...values))]),
  ) as StatusFunctions;

  const result = new BigUint64Array(fixedBytes(8));
  const get: OrtApi['get'] = (name, ...values) => {
    result[0] = 0n;
    functions[name](...values, result);
    return result[0];
  };
  return {
    ...functions,
    ...releases,
    version,
    asyncStack,
    environment: get('CreateEnv', ERRORS_ONLY, 'tfjs-backend-ort'),
    hostMemory: get('CreateCpuMemoryInfo', ARENA_ALLOCATOR, DEFAULT_MEMORY),
    allocator: get('GetAllocatorWithDefaultOptions'),
    get,
    runAsync: (...values) =>
      new Promise<bigint | null>((resolve, reject) => {
        raw.Run.async(...values, (failure: unknown, status: bigint | null) =>
          failure ? reject(failure) : resolve(status),
        );
      }).then(
        (status) => check('Run', status),
        (cause) => {
          throw new OrtBackendError(`onnxruntime: Run could not be started, got ${cause}`, { cause });
        },
      ),
    addressOf: (array) => koffi.address(array),
    read: (address, bytes) => koffi.decode(address, 'uint8_t', bytes),
    readText: (address) => koffi.decode.string(address),
  };
}
