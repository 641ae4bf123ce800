import { StaticRegexReplace, type StaticRegexReplaceAttrs, type StaticRegexReplaceInputs } from '@tensorflow/tfjs-core';
import { defineStringKernel, stringsOf, stringTensor } from './string-tensor.ts';

/** Texts with what a regular expression matches replaced. */
export const staticRegexReplace = defineStringKernel<StaticRegexReplaceInputs, StaticRegexReplaceAttrs>(
  StaticRegexReplace,
  ({ inputs: { x }, attrs: { pattern, rewrite, replaceGlobal }, backend }) => {
    const expression = new RegExp(pattern, replaceGlobal ? 'g' : '');
    const texts = stringsOf(backend, x).map((text) => text.replace(expression, rewrite));
    return stringTensor(backend, texts, x.shape);
  },
);
