import { formatBytes } from '../text/format-bytes.ts';
import type { DoctorReport } from './doctor-report.ts';

/** One thing that was looked at. */
export interface Check {
  /** What it is about. */
  readonly name: string;
  /** Whether all is well. */
  readonly ok: boolean;
  /** What was found, and what to do if all is not well. */
  readonly text: string;
}

/** The oldest Node that the packages are made for. */
const NODE: readonly [major: number, minor: number] = [20, 19];
/** Ours: with less, a system with other work to do begins to swap. */
const LEAST_MEMORY = 1e9;
/** Three checkpoints of a base-size model (112 M parameters and two moments of each, in float32: 1.3 GB) fit in. */
const LEAST_DISK = 5e9;

/** Looks for what will make training fail or crawl, and says what to do. */
export function checkReport(report: DoctorReport): Check[] {
  return [checkNode(report), checkEngine(report), checkCopies(report), ...checkMachine(report)];
}

function checkNode({ versions: { node } }: DoctorReport): Check {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  const ok = major > NODE[0] || (major === NODE[0] && minor >= NODE[1]);
  const wanted = `${NODE.join('.')} or newer`;
  return {
    name: 'node',
    ok,
    text: ok ? `${node} is ${wanted}` : `${node} is too old: install ${wanted} from https://nodejs.org`,
  };
}

function checkEngine({ taken }: DoctorReport): Check {
  const text =
    taken === 'cpu'
      ? 'only plain JavaScript starts, which is far slower than WebAssembly; what wasm lacks is said above'
      : taken === 'wasm'
        ? 'wasm needs nothing else, and computes on one core; onnxruntime, above, would use all'
        : `${taken} starts`;
  return { name: 'engine', ok: taken !== 'cpu', text };
}

function checkCopies({ tfjsCopies }: DoctorReport): Check {
  const ok = tfjsCopies.length <= 1;
  const text = ok
    ? 'one copy, so that all packages share one engine'
    : `${tfjsCopies.length} copies, which do not see each other's tensors: ${tfjsCopies.join(', ')}; make them one with npm dedupe, or an override in package.json`;
  return { name: 'tfjs-core', ok, text };
}

function checkMachine({ machine: { cores, freeMemory, freeDisk, folder } }: DoctorReport): Check[] {
  const memory = `${formatBytes(freeMemory)} free`;
  const disk = `${formatBytes(freeDisk)} free in ${folder}`;
  return [
    cores > 1
      ? { name: 'cores', ok: true, text: `${cores}: images are decoded beside training` }
      : {
          name: 'cores',
          ok: false,
          text: 'one only, shared by training and decoding: keep resized images with --cache',
        },
    freeMemory >= LEAST_MEMORY
      ? { name: 'memory', ok: true, text: memory }
      : {
          name: 'memory',
          ok: false,
          text: `${memory}, which is little: take a smaller --batch-size and raise --accumulation`,
        },
    freeDisk >= LEAST_DISK
      ? { name: 'disk', ok: true, text: disk }
      : { name: 'disk', ok: false, text: `${disk}, which is little: lower --keep, or write elsewhere with --root` },
  ];
}
