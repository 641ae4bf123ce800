/** A named part of a configuration. */
export interface Preset<Patch> {
  /** What it is, in one line, for help. */
  readonly is: string;
  /** The keys it sets. */
  readonly config: Patch;
}
