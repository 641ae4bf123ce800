import type { LinearProbeResult, SgdProbeResult } from '@masked-distill/eval';

/** Everything that `probe` measured, as `--json` writes it. */
export interface ProbeReport {
  /** The file of weights. */
  readonly weights: string;
  /** The encoder. */
  readonly encoder: { readonly width: number; readonly depth: number; readonly pooling: 'mean' | 'class' };
  /** The data. */
  readonly data: {
    /** What it is. */
    readonly kind: 'images' | 'videos';
    /** Where the ones learned from are. */
    readonly train: string;
    /** Where the ones judged by are. */
    readonly validation: string;
    /** Number of images or videos learned from. */
    readonly trainImages: number;
    /** Number of images or videos judged by. */
    readonly validationImages: number;
    /** Number of classes. */
    readonly classes: number;
  };
  /** k-NN: for each number of neighbours the share classified rightly. */
  readonly knn: readonly { readonly k: number; readonly top1: number }[];
  /** The linear probe. */
  readonly linear: LinearProbeResult | SgdProbeResult;
  /** Seconds spent. */
  readonly seconds: { readonly features: number; readonly knn: number; readonly linear: number };
}
