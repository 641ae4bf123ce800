/** Where text goes: a terminal, a file, a test's list. */
export interface Output {
  /** Writes text as it is. */
  write(text: string): unknown;
  /** Whether a person watches: then progress is a bar. */
  readonly isTTY?: boolean;
  /** Width of the terminal in letters. */
  readonly columns?: number;
}

/** Ctrl-C as a request that a long verb may answer. */
export interface Interrupts {
  /**
   * From here on the first Ctrl-C (or SIGTERM) aborts the returned signal, so that the verb can finish its step and save; the second
   * ends the process at once. Until this is called, Ctrl-C ends the process as ever.
   */
  listen(): AbortSignal;
  /** Whether a stop was asked for. */
  readonly stopped: boolean;
  /** Gives Ctrl-C its ordinary meaning back. */
  close(): void;
}

/** All that the command line takes from the world around it; tests hand in their own. */
export interface Environment {
  /** Results. */
  readonly stdout: Output;
  /** Progress and errors. */
  readonly stderr: Output;
  /** Milliseconds from any fixed start. */
  readonly now: () => number;
  /** Ctrl-C. */
  readonly interrupts: Interrupts;
}
