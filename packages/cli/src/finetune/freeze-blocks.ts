import type { Backbone } from '@masked-distill/vit';

const EMBEDDING = /^(patch_embed\.|(cls_token|pos_embed)$)/;

/** Takes an encoder's first blocks out of training, and with any of them the embedding before them. */
export function freezeBlocks({ encoder }: { encoder: Backbone }, blocks: number): void {
  for (const [name, variable] of encoder.namedVariables()) {
    const block = /^blocks\.(\d+)\./.exec(name)?.[1];
    const isFirst = block === undefined ? EMBEDDING.test(name) : Number(block) < blocks;
    if (blocks > 0 && isFirst) variable.trainable = false;
  }
}
