/** How the optimiser treats one parameter. */
export interface ParameterRule {
  /** Whether weight decay applies. */
  decay: boolean;
  /** Factor on the learning rate. */
  lrScale: number;
}

/** Decides a {@link ParameterRule} from a parameter's full name and shape. */
export type ParameterRules = (name: string, shape: readonly number[]) => ParameterRule;

/** Options of {@link decayMatrices}. */
export interface DecayMatricesOptions {
  /** Further names (whole, or the last part) that are not decayed, such as VideoMAE's `mask_token`. */
  skip?: readonly string[];
}

/** The rule of MAE, VideoMAE and timm: everything decays but one-dimensional parameters, biases and the names in `skip`. */
export function decayMatrices({ skip = [] }: DecayMatricesOptions = {}): ParameterRules {
  return (name, shape) => ({
    decay: !(
      shape.length <= 1 ||
      name.endsWith('.bias') ||
      skip.includes(name) ||
      skip.includes(name.split('.').at(-1)!)
    ),
    lrScale: 1,
  });
}

/** Options of {@link layerDecay}. */
export interface LayerDecayOptions {
  /** Factor from one layer to the one before it, such as 0.75. */
  rate: number;
  /** Number of blocks in the encoder. */
  depth: number;
  /** The rule for weight decay underneath. Default {@link decayMatrices}. */
  base?: ParameterRules;
}

/**
 * Layer-wise learning-rate decay (Clark et al. 2020, as in BEiT and MAE): embeddings, tokens and position table are layer 0, block i is
 * layer i+1, everything after is the last; the scale is `rate^(depth + 1 − layer)`.
 */
export function layerDecay({ rate, depth, base = decayMatrices() }: LayerDecayOptions): ParameterRules {
  return (name, shape) => {
    const block = /(?:^|\.)blocks\.(\d+)\./.exec(name)?.[1];
    const isEmbedding = /(?:^|\.)(?:patch_embed\.|(?:cls_token|mask_token|pos_embed)$)/.test(name);
    const layer = block !== undefined ? Number(block) + 1 : isEmbedding ? 0 : depth + 1;
    return { ...base(name, shape), lrScale: rate ** (depth + 1 - layer) };
  };
}
