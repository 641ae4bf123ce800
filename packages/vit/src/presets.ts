/** Size of a transformer. */
export interface TransformerSize {
  /** Width of a token, D. */
  width: number;
  /** Number of blocks. */
  depth: number;
  /** Attention heads. */
  heads: number;
}

/**
 * The sizes the field knows by name (Dosovitskiy et al. 2021, Touvron et al. 2021), and `nano`, this project's own for tests and
 * demonstrations.
 */
export const vitSizes = {
  nano: { width: 96, depth: 4, heads: 3 },
  tiny: { width: 192, depth: 12, heads: 3 },
  small: { width: 384, depth: 12, heads: 6 },
  base: { width: 768, depth: 12, heads: 12 },
  large: { width: 1024, depth: 24, heads: 16 },
  huge: { width: 1280, depth: 32, heads: 16 },
} as const satisfies Record<string, TransformerSize>;

/** Name of a size in {@link vitSizes}. */
export type VitSizeName = keyof typeof vitSizes;
