import type { Fail } from './fail.ts';
import type { PickleReader } from './pickle-reader.ts';

/** A Python class or function that a pickle may name and call; what it does is written here, no Python is run. */
export interface PickleGlobal {
  /** Module and name, as Python writes them. */
  readonly name: string;
  /** Stands in for calling it with positional arguments. */
  call(args: readonly unknown[]): unknown;
  /** Stands in for `__setstate__` on what `call` made. */
  setState?(value: unknown, state: unknown): void;
}

/** What a pickle may reach outside itself. */
export interface PickleWorld {
  /** The value that stands for a Python global, or undefined where it is not allowed. */
  global(name: string): unknown;
  /** The value that a persistent id stands for. */
  persistent(id: unknown): unknown;
}

/** How the opcodes see the machine. */
export interface PickleMachine {
  readonly reader: PickleReader;
  readonly fail: Fail;
  push(value: unknown): void;
  pop(): unknown;
  top(): unknown;
  mark(): void;
  /** The values pushed since the last mark, which is removed with them. */
  popMark(): unknown[];
  /** Keeps the top of the stack; without an index, under the next free one. */
  remember(index?: number): void;
  recall(index: number): unknown;
  /** Counts work against the limit. */
  spend(amount: number): void;
  /** Counts a new container. */
  container<T extends object>(value: T): T;
  resolve(module: string, name: string): unknown;
  persistent(id: unknown): unknown;
  call(callee: unknown, args: unknown): unknown;
  setState(value: unknown, state: unknown): void;
}
