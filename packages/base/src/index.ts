export { InputError, MaskedDistillError } from './errors.ts';
export { createRng, type Rng } from './random.ts';
