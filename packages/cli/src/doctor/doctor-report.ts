import type { EngineName, EngineReport } from '@masked-distill/tensor-core';
import type { ClipReaderReport } from '@masked-distill/video-data';

/** What `doctor` found. */
export interface DoctorReport {
  /** Every engine, best first. */
  readonly engines: readonly EngineReport[];
  /** The engine that a run takes unless told otherwise. */
  readonly taken: EngineName;
  /** Billions of float32 operations a second that it does in matrix products. */
  readonly gflops: number;
  /** What decodes video files, best first; a run takes the first that is available. */
  readonly readers: readonly ClipReaderReport[];
  /** Versions by what they are of. */
  readonly versions: {
    readonly node: string;
    readonly 'masked-distill': string;
    readonly 'tfjs-core': string;
    readonly onnxruntime: string;
    readonly sharp: string;
    readonly libvips: string;
  };
  /** What it all runs on. */
  readonly machine: Machine;
  /** The folders of the copies of tfjs-core that can be reached. */
  readonly tfjsCopies: readonly string[];
}

/** A computer, as far as training is concerned. */
export interface Machine {
  /** The processor. */
  readonly cpu: string;
  /** What it computes several numbers at once with, by the names the system has for it; none where it does not say. */
  readonly instructions: readonly string[];
  /** Cores that this process may use. */
  readonly cores: number;
  /** The system. */
  readonly platform: string;
  /** Bytes of memory, within the limit that is set for this process. */
  readonly memory: number;
  /** Those not in use. */
  readonly freeMemory: number;
  /** The current folder. */
  readonly folder: string;
  /** Bytes that may still be written there. */
  readonly freeDisk: number;
}
