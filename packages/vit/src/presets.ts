/** Size of a transformer. */
export interface TransformerSize {
  /** Width of a token, D. */
  width: number;
  /** Number of blocks. */
  depth: number;
  /** Attention heads. */
  heads: number;
}

/** Name of a size in {@link vitSizes}. */
export type VitSizeName = 'nano' | 'tiny' | 'small' | 'base' | 'large' | 'huge';

/**
 * The sizes the field knows by name (Dosovitskiy et al. 2021, Touvron et al. 2021), and `nano`, this project's own for tests and
 * demonstrations.
 */
export const vitSizes: Readonly<Record<VitSizeName, TransformerSize>> = {
  nano: { width: 96, depth: 4, heads: 3 },
  tiny: { width: 192, depth: 12, heads: 3 },
  small: { width: 384, depth: 12, heads: 6 },
  base: { width: 768, depth: 12, heads: 12 },
  large: { width: 1024, depth: 24, heads: 16 },
  huge: { width: 1280, depth: 32, heads: 16 },
};
