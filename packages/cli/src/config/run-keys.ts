import { key } from './key.ts';
import { oneOf, or, pattern, span, text, whole } from './kinds.ts';

/** The engines a run may ask for, best first; `auto` takes the first that starts. */
const engineNames = ['auto', 'tensorflow-gpu', 'onnxruntime', 'tensorflow', 'webgpu', 'wasm', 'cpu'] as const;

// Starts with a letter, digit or _, so that it is neither `..` nor a hidden folder nor a flag.
const folderName = pattern(/^\w[\w.-]{0,99}$/, {
  wants: 'a folder name of letters, digits, dots and dashes',
  placeholder: 'name',
});

/** What a run may compute on; `auto` is whatever suits the engine best. */
const deviceNames = ['auto', 'cpu', 'webgpu', 'cuda'] as const;

/** Keys of `run` that change nothing of what it computes. */
export const freeRunPaths = [
  ...['run.root', 'run.name', 'run.keep', 'run.pictureEvery'],
  ...['run.engine', 'run.device', 'run.threads'],
];

/** Where a run writes, how often, and what it runs on. */
export const runKeys = {
  name: key(folderName, {
    is: "the run's folder under root; a second run of the same name gets -2",
    default: 'pretrain',
  }),
  root: key(text('folder'), { is: 'folder of all runs', default: 'runs' }),
  seed: key(whole(0), { is: 'seed of every random draw', default: 0 }),
  engine: key<(typeof engineNames)[number]>(oneOf(engineNames), {
    is: 'what computes; auto takes the best that starts',
    default: 'auto',
  }),
  device: key<(typeof deviceNames)[number]>(oneOf(deviceNames), {
    is: 'where it computes; auto takes a GPU only where a probe shows it faster',
    default: 'auto',
  }),
  threads: key(or('auto', whole()), {
    is: 'threads of the processor that onnxruntime computes with; auto takes one a core',
    default: 'auto',
  }),
  checkpointEvery: key(span(), { is: 'distance between checkpoints', default: '1 epoch' }),
  keep: key(whole(), { is: 'checkpoints kept, counted from the last', default: 3 }),
  pictureEvery: key(or('off', span()), { is: 'distance between reconstruction pictures', default: '10 epochs' }),
};
