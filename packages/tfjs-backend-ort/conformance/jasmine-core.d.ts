/** What the harness uses of jasmine-core, which publishes no types. */
declare module 'jasmine-core/lib/jasmine-core/jasmine.js' {
  /** One spec as the specs' tree holds it. */
  export interface Spec {
    /** Unique in this process. */
    readonly id: string;
    /** The names of its suites and its own, joined by blanks. */
    getFullName(): string;
    /** The specs and suites of a suite; a spec has none. */
    readonly children?: readonly Spec[];
  }

  /** An expectation that did not hold, or an error. */
  export interface Failure {
    /** What went wrong. */
    readonly message: string;
    /** Where, if known. */
    readonly stack?: string;
  }

  /** How a spec or a suite ended. */
  export interface Result {
    /** The spec's or suite's id. */
    readonly id: string;
    /** The names of its suites and its own, joined by blanks. */
    readonly fullName: string;
    /** `passed`, `failed`, `pending` (declared without a body, or by `xit`) or `excluded`. */
    readonly status: string;
    /** What went wrong. */
    readonly failedExpectations?: readonly Failure[];
  }

  /** Is told how the run goes. */
  export interface Reporter {
    /** A spec begins. */
    specStarted?(result: Result): void;
    /** A spec has ended. */
    specDone?(result: Result): void;
    /** A suite has ended, its `afterAll` included. */
    suiteDone?(result: Result): void;
    /** The run has ended. */
    jasmineDone?(result: { readonly failedExpectations?: readonly Failure[] }): void;
  }

  /** A run and its settings. */
  export interface Env {
    /** Changes settings. */
    configure(settings: { random?: boolean; specFilter?: (spec: Spec) => boolean }): void;
    /** The root of the specs' tree. */
    topSuite(): Spec;
    /** Replaces the reporters. */
    clearReporters(): void;
    /** Adds a reporter. */
    addReporter(reporter: Reporter): void;
    /** Runs the specs. */
    execute(): Promise<unknown>;
  }

  /** The namespace that specs know as `jasmine`. */
  export interface Jasmine {
    /** Milliseconds that a spec may take. */
    DEFAULT_TIMEOUT_INTERVAL: number;
    /** The environment that the globals write to. */
    getEnv(options?: { suppressLoadErrors?: boolean }): Env;
  }

  /** Makes copies of Jasmine. */
  interface JasmineRequire {
    /** A fresh copy. */
    core(jasmineRequire: JasmineRequire): Jasmine;
    /** The globals of a copy: `describe`, `it`, `expect`, … */
    interface(jasmine: Jasmine, env: Env): Record<string, unknown>;
  }

  const jasmineRequire: JasmineRequire;
  export default jasmineRequire;
}
