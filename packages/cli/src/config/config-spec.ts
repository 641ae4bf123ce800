import type { ConfigOf, ConfigPatch, KeyTable } from './key.ts';
import type { Preset } from './presets/preset.ts';

/** A verb's configuration: its keys, and what is to be known of them to read, check, print and resume one. */
export interface ConfigSpec<Table extends KeyTable> {
  /** The verb, as it is typed: `pretrain`. */
  readonly verb: string;
  /** Every key. */
  readonly keys: Table;
  /** What `--preset` takes, by name. */
  readonly presets: ReadonlyMap<string, Preset<ConfigPatch<Table>>>;
  /** Paths of which a configuration holds one at most, such as `optim.lr` and `optim.blr`. */
  readonly alternatives: readonly (readonly string[])[];
  /** Keys whose value stands for those of others. Default none. */
  readonly expansions?: readonly Expansion[];
  /** Paths that may differ when a run goes on, since none of them changes what it computes. */
  readonly freeAtResume: ReadonlySet<string>;
  /** Sets what follows from the other keys, on the merged configuration. Default: nothing. */
  settle?(config: ConfigOf<Table>): ConfigOf<Table>;
  /**
   * Checks what no key can tell alone.
   *
   * @throws InputError naming the first thing that does not fit
   */
  check(config: ConfigOf<Table>): void;
}

/** A key whose value names the values of other keys; within a layer those that are given by hand stand. */
export interface Expansion {
  /** Path of the key, such as `model.preset`. */
  readonly path: string;
  /** The keys that a value sets, nested; nothing where it names none. */
  values(value: unknown): object | undefined;
}
