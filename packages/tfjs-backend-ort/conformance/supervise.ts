import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type ChildEvent, type ChildRequest, EVENT_FD, REQUEST_VARIABLE, type SpecEnd } from './protocol.ts';

/** Options of {@link superviseSuite}. */
export interface SuperviseOptions extends Omit<ChildRequest, 'from'> {
  /** Shows what the specs print. */
  verbose: boolean;
  /** Milliseconds without a sign of life after which a process is ended; more than a spec may take. */
  patience?: number;
}

/** What the specs of a run came to. */
export interface SuiteResult {
  /** How many specs the suite has, whether run or not. */
  total: number;
  /** The entries of the skip list that match no spec. */
  unusedSkips: string[];
  /** The selected specs, and as failed what went wrong before or after the specs of a suite. */
  ends: SpecEnd[];
}

/** Processes that may end before their time in a run; beyond that something is wrong with all of it. */
const MAX_RESTARTS = 200;

/**
 * Runs a bundled suite in a child process. A spec that ends the process, or blocks it for ever, has failed; the others go on in a new
 * process.
 *
 * @param bundle the file to run
 * @throws Error when a process ends before its first spec, or too many end before their last
 */
export async function superviseSuite(bundle: string, options: SuperviseOptions): Promise<SuiteResult> {
  const result: SuiteResult = { total: 0, unusedSkips: [], ends: [] };
  let from = 0;
  for (let restarts = 0; restarts <= MAX_RESTARTS; restarts++) {
    const { last, cause } = await runChild(bundle, { ...options, from }, result);
    if (cause === undefined) return result;
    if (!last) throw new Error(`conformance: the suite did not run, ${cause}; see more with --verbose`);
    result.ends.push({ name: last.ended ? `(after) ${last.name}` : last.name, outcome: 'failed', message: cause });
    from = last.index + 1;
  }
  throw new Error(`conformance: more than ${MAX_RESTARTS} specs ended the process; run fewer with --filter`);
}

/** How a process went: `last` is the spec that was started last, `cause` says why the process ended before its time. */
interface ChildEnd {
  last?: { name: string; index: number; ended: boolean };
  cause?: string;
}

async function runChild(
  bundle: string,
  { verbose, patience = 60_000, ...request }: SuperviseOptions & ChildRequest,
  result: SuiteResult,
): Promise<ChildEnd> {
  const child = spawn(process.execPath, [bundle], {
    env: { ...process.env, [REQUEST_VARIABLE]: JSON.stringify(request) },
    stdio: ['ignore', verbose ? 'inherit' : 'ignore', verbose ? 'inherit' : 'pipe', 'pipe'],
  });
  let lastWords = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-2000);
  });
  const exit = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(`could not start: ${error.message}`));
    child.on('close', (code, signal) => resolve(signal ? `ended by ${signal}` : `ended with exit code ${code}`));
  });

  let last: ChildEnd['last'];
  let done = false;
  let hung = false;
  const watchdog = setTimeout(() => {
    hung = true;
    child.kill('SIGKILL');
  }, patience);
  for await (const line of createInterface({ input: child.stdio[EVENT_FD] as Readable })) {
    watchdog.refresh();
    const event: ChildEvent = JSON.parse(line);
    if (event.type === 'listed') Object.assign(result, { total: event.total, unusedSkips: event.unusedSkips });
    else if (event.type === 'started') last = { name: event.name, index: event.index, ended: false };
    else if (event.type === 'done') done = true;
    else {
      if (last) last.ended = true;
      result.ends.push(endOf(event));
    }
  }
  const how = await exit;
  clearTimeout(watchdog);
  if (done) return {};
  const words = lastWords.trim().split('\n').at(-1);
  return { last, cause: hung ? `blocked for ${patience / 1000} s` : `the process ${how}${words ? `: ${words}` : ''}` };
}

function endOf(event: Extract<ChildEvent, { message: string }>): SpecEnd {
  if (event.type === 'ended') return { name: event.name, outcome: event.outcome, message: event.message };
  return { name: `(suite) ${event.name}`, outcome: 'failed', message: event.message };
}
