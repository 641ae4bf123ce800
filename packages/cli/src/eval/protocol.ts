import { InputError } from '@masked-distill/base';
import type { EvalConfig } from '../config/eval-config.ts';
import type { StoredClassifier } from '../evaluation/open-classifier.ts';
import type { Evaluation } from './evaluation.ts';

/** Clips × crops that papers test with: dense as for Kinetics, uniform as for Something-Something (METHOD: AMD and VideoMAE). */
const CLIPS = { dense: 5, uniform: 2 } as const;
const CROPS = 3;

/**
 * How samples become views, by what was asked for and what the classifier takes.
 *
 * @throws InputError when images are to be cut in a way that there is not
 */
export function protocolOf(
  {
    cropShare,
    crops,
    clips,
    sampling,
    stride,
  }: Pick<EvalConfig, 'cropShare' | 'crops' | 'clips' | 'sampling' | 'stride'>,
  { kind, imageSize, frames }: Pick<StoredClassifier, 'kind' | 'imageSize' | 'frames'>,
): Evaluation['protocol'] {
  const size: [number, number] = [...imageSize];
  if (kind === 'image') {
    if (crops !== undefined && crops !== 1 && crops !== 10) {
      throw new InputError(`--crops: ${crops} of an image is no way to cut it that is known; give 1 or 10`);
    }
    return { kind, imageSize: size, cropShare, clips: 1, crops: crops ?? 1 };
  }
  const time = sampling === 'dense' ? { sampling, frames, stride } : { sampling, frames };
  return { kind, imageSize: size, ...time, clips: clips ?? CLIPS[sampling], crops: crops ?? CROPS };
}
