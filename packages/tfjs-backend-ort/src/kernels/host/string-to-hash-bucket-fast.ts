import {
  StringToHashBucketFast,
  type StringToHashBucketFastAttrs,
  type StringToHashBucketFastInputs,
  util,
} from '@tensorflow/tfjs-core';
import { bytesOf, defineStringKernel, integerTensor } from './string-tensor.ts';

/** A bucket for each text, by its fingerprint. */
export const stringToHashBucketFast = defineStringKernel<StringToHashBucketFastInputs, StringToHashBucketFastAttrs>(
  StringToHashBucketFast,
  ({ inputs: { input }, attrs: { numBuckets }, backend }) => {
    const buckets = Int32Array.from(bytesOf(backend, input), (bytes) =>
      util.fingerPrint64(bytes).modulo(numBuckets).getLowBitsUnsigned(),
    );
    return integerTensor(backend, buckets, input.shape);
  },
);
