export { configReferences } from './config/reference.ts';
export type { Environment, Interrupts, Output } from './environment.ts';
export { createInterrupts, type InterruptsOptions } from './interrupts.ts';
export { createProgram, type RunCliOptions, runCli, type Verb } from './program.ts';
export { verbs } from './verbs/verbs.ts';
