import { createRng, Module, normal } from '@masked-distill/tensor-core';

/** Stands in for an encoder: its features are variables, so that what follows can be timed without it, the gradient that it would be handed included. */
class GivenEncoder extends Module {
  #features;

  constructor(like, { width, tokens, batch, layers }) {
    super();
    const { depth, grid, patch, prefixTokens } = like;
    Object.assign(this, { width, depth, grid, patch, prefixTokens });
    const shape = [tokens, batch, width];
    this.#features = new Map(
      layers.map((layer) => [layer, this.parameter(`features.${layer}`, shape, normal(shape, 1, createRng(0, layer)))]),
    );
  }

  embed() {
    return this.#features.values().next().value;
  }

  encode(tokens, { collect }) {
    return { output: tokens, features: collect.map((layer) => this.#features.get(layer)) };
  }
}

/** A student of {@link GivenEncoder}, which reconstructs nothing. */
export class GivenStudent extends Module {
  encoder;

  constructor(like, options) {
    super();
    this.encoder = this.child('', new GivenEncoder(like, options));
  }
}
