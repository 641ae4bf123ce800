import { writeSync } from 'node:fs';

/** The backends that the suite can be run on. */
export const BACKENDS = ['onnxruntime', 'wasm', 'cpu'] as const;

/** A backend that the suite can be run on. */
export type BackendName = (typeof BACKENDS)[number];

/** What a child process is asked to do. */
export interface ChildRequest {
  /** The backend under test, by the name that it registers. */
  backend: BackendName;
  /** Runs only the specs whose names hold this text. */
  filter: string;
  /** Runs what the skip list names as well. */
  ignoreSkips: boolean;
  /** Runs only the specs from this index on, in the order of their declaration. */
  from: number;
}

/** How a spec ended. */
export type SpecOutcome = 'passed' | 'failed' | 'skipped';

/** How one spec ended, and why. */
export interface SpecEnd {
  /** The spec's name, without the test environment's. */
  name: string;
  /** How it ended. */
  outcome: SpecOutcome;
  /** The first error of a failed spec, the reason for a skipped one. */
  message: string;
}

/** What a child process tells, one line of JSON each. */
export type ChildEvent =
  | { type: 'listed'; total: number; unusedSkips: string[] }
  | { type: 'started'; index: number; name: string }
  | ({ type: 'ended' } & SpecEnd)
  | { type: 'suite-failed'; name: string; message: string }
  | { type: 'done' };

/** The environment variable that carries the request, as JSON. */
export const REQUEST_VARIABLE = 'TFJS_CONFORMANCE_REQUEST';

/** The file descriptor that carries the events, apart from what specs print. */
export const EVENT_FD = 3;

/** What this process is asked to do. */
export function readRequest(): ChildRequest {
  return JSON.parse(process.env[REQUEST_VARIABLE] ?? '');
}

/**
 * Tells the parent process, at once: what is still queued when a process crashes is lost.
 *
 * @param event what happened
 */
export function tell(event: ChildEvent): void {
  writeSync(EVENT_FD, `${JSON.stringify(event)}\n`);
}
