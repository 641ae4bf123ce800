import { Identity } from '@tensorflow/tfjs-core';
import { defineAlias } from './define-kernel.ts';

export const identity = defineAlias(Identity, ({ shape }) => shape);
