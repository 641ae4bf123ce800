import { emitModel } from '../emit/emit-model.ts';
import { type CanonicalGraph, leafName } from '../graph/canonicalise.ts';
import type { Value } from '../graph/value.ts';
import { optimise } from '../passes/optimise.ts';
import type { Runner, RunnerSession } from '../runner/runner.ts';

/** A graph that is ready to run. */
export interface CompiledGraph {
  /** Runs it. */
  readonly session: RunnerSession;
  /** Which leaves it reads, in the order of the session's inputs. */
  readonly inputs: readonly number[];
  /** Numbers that were written into the graph, by leaf. */
  readonly baked: ReadonlyMap<number, number>;
  /** Milliseconds that optimising and loading took. */
  readonly buildMs: number;
}

/** Options of {@link SessionCache}. */
export interface SessionCacheOptions {
  /** Threads inside an operator. */
  threads: number;
  /** Whether idle threads spin for work. */
  spinning?: boolean;
  /** Most sessions kept. Default 64. */
  sessions?: number;
  /** Prefix of profiles. */
  profile?: string;
}

/** Options of {@link SessionCache.get}. */
export interface CompileOptions {
  /** Outputs that stay on the device, by position; another choice needs another signature. Default: all. */
  resident?: readonly boolean[];
}

/** Compiles graphs, and keeps those used last. */
export class SessionCache {
  readonly #runner: Runner;
  readonly #options: SessionCacheOptions;
  readonly #graphs = new Map<string, CompiledGraph & { dynamic: ReadonlySet<number> }>();
  #compiled = 0;

  constructor(runner: Runner, options: SessionCacheOptions) {
    this.#runner = runner;
    this.#options = options;
  }

  /** Sessions kept. */
  get size(): number {
    return this.#graphs.size;
  }

  /** Graphs compiled so far. */
  get compiled(): number {
    return this.#compiled;
  }

  /** The compiled form of a recording: from the cache where one serves, else compiled now. */
  get(recording: CanonicalGraph, { resident }: CompileOptions = {}): CompiledGraph {
    const key = recording.signature;
    let graph = this.#graphs.get(key);
    const changed = [...(graph?.baked ?? [])].filter(
      ([leaf, number]) => !Object.is(knownNumber(recording.leaves[leaf]!), number),
    );
    if (!graph || changed.length > 0) {
      // A number that turned out to vary is fed from now on.
      const dynamic = new Set([...(graph?.dynamic ?? []), ...changed.map(([leaf]) => leaf)]);
      graph?.session.dispose();
      graph = this.#compile(recording, { dynamic, resident });
    }
    this.#graphs.delete(key);
    this.#graphs.set(key, graph); // last used, last dropped
    const [oldest] = this.#graphs;
    if (this.#graphs.size > (this.#options.sessions ?? 64)) {
      oldest![1].session.dispose();
      this.#graphs.delete(oldest![0]);
    }
    return graph;
  }

  /** Releases every session. */
  clear(): void {
    for (const { session } of this.#graphs.values()) session.dispose();
    this.#graphs.clear();
  }

  #compile(recording: CanonicalGraph, { dynamic, resident }: CompileOptions & { dynamic: ReadonlySet<number> }) {
    const start = performance.now();
    const graph = recording.toGraph();
    const baked = new Map<number, number>();
    recording.leaves.forEach((leaf, i) => {
      const tensor = graph.tensor(leafName(i));
      const number = dynamic.has(i) ? undefined : knownNumber(leaf);
      if (number !== undefined) baked.set(i, number);
      if (number !== undefined || leaf.frozen) tensor.data = leaf.storage!.array;
    });
    graph.inputs = graph.inputs.filter((name) => !graph.tensor(name).data);
    optimise(graph, this.#runner.device);
    const inputs = recording.leaves.flatMap((_, i) => (graph.inputs.includes(leafName(i)) ? [i] : []));
    const session = this.#runner.createSession(emitModel(graph), {
      ...this.#options,
      inputs: inputs.map(leafName),
      outputs: graph.outputs,
      resident: resident ?? graph.outputs.map(() => true),
    });
    this.#compiled++;
    return { session, inputs, baked, dynamic, buildMs: performance.now() - start };
  }
}

/** The number in a leaf of one element that is known on the host and was not computed; it may be written into a graph. */
function knownNumber({ storage, varies }: Value): number | undefined {
  if (varies || !storage?.ready || storage.isRecycled || storage.array?.length !== 1) return undefined;
  return Number(storage.array[0]);
}
