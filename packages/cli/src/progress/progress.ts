/** What the first screen says of what is trained. */
export interface ModelFacts {
  /** What runs: `pretrain quickstart`. */
  readonly title: string;
  /** The model in words. */
  readonly model: string;
  /** Parameters by part: encoder, decoder. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Patches of an image, all and those the encoder sees. */
  readonly tokens: { readonly all: number; readonly visible: number };
  /** Further rows, a label and a text each. */
  readonly rows?: readonly (readonly [label: string, text: string])[];
}

/** What stands on the first screen of a run. */
export interface RunFacts extends ModelFacts {
  /** What is trained on, in words, and how much there is of it. */
  readonly data: { readonly one: string; readonly many: string; readonly count: number };
  /** What makes up the effective batch. */
  readonly batch: { readonly size: number; readonly repeats: number; readonly accumulation: number };
  /** Learning rate after the warm-up, and the base rate that it was scaled from, if it was. */
  readonly lr: { readonly value: number; readonly blr?: number };
  /** Engine in words, such as `wasm (SIMD, one thread)`. */
  readonly engine: string;
  /** Optimiser steps in an epoch; may be fractional. */
  readonly stepsPerEpoch: number;
  /** Optimiser steps of the whole run. */
  readonly totalSteps: number;
  /** Steps done already, when a run goes on. */
  readonly startStep: number;
  /** The run's folder. */
  readonly folder: string;
  /** Expected seconds for the whole run, where they are known. */
  readonly expectedSeconds?: number;
}

/** What one step gave, under the names of `metrics.jsonl`. */
export interface StepMetrics {
  /** Optimiser steps done, this one included. */
  readonly step: number;
  /** Passes over the images done. */
  readonly epoch: number;
  /** The loss that is minimised. */
  readonly loss: number;
  /** What it is made of: `lossRecon`, `lossDirect`, … */
  readonly [part: `loss${string}`]: number;
  /** Learning rate of the step. */
  readonly lr: number;
  /** Samples of the step over its seconds, waiting included. */
  readonly samplesPerSecond: number;
  /** Seconds spent waiting for data. */
  readonly dataSeconds: number;
  /** Seconds spent computing. */
  readonly stepSeconds: number;
}

/** How a run ended. */
export interface RunSummary {
  /** Steps done in all. */
  readonly step: number;
  /** Steps that the run was to have. */
  readonly totalSteps: number;
  /** Seconds that this part of the run took. */
  readonly seconds: number;
  /** Loss of the last step. */
  readonly loss: number;
  /** The run's folder. */
  readonly folder: string;
}

/** Tells a person how a run goes. */
export interface Progress {
  /** Shows the first screen. */
  start(facts: RunFacts): void;
  /** Takes the numbers of one step; most steps are not shown. */
  step(metrics: StepMetrics): void;
  /** Says something that stays on the screen. */
  note(text: string): void;
  /** Ends the display, and says how the run ended where there is a summary. To be called in any case, also after an error. */
  finish(summary?: RunSummary): void;
}
