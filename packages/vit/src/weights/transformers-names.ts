/** Names of this project (timm's) and of transformers that stand for the same tensor, outside the blocks. */
const OUTSIDE: readonly (readonly [ours: string, theirs: string])[] = [
  ['cls_token', 'embeddings.cls_token'],
  ['pos_embed', 'embeddings.position_embeddings'],
  ['patch_embed.proj.weight', 'embeddings.patch_embeddings.projection.weight'],
  ['patch_embed.proj.bias', 'embeddings.patch_embeddings.projection.bias'],
  ['norm.weight', 'layernorm.weight'],
  ['norm.bias', 'layernorm.bias'],
];

/** The same within a block: `blocks.{i}.` and `encoder.layer.{i}.` go before. */
const MODULES: readonly (readonly [ours: string, theirs: string])[] = [
  ['norm1', 'layernorm_before'],
  ['attn.proj', 'attention.output.dense'],
  ['norm2', 'layernorm_after'],
  ['mlp.fc1', 'intermediate.dense'],
  ['mlp.fc2', 'output.dense'],
];

/** The three thirds of `attn.qkv`, in the order of its rows. */
export const qkvParts: readonly string[] = ['query', 'key', 'value'];

const parameters = ['weight', 'bias'] as const;
const BLOCK: readonly (readonly [ours: string, theirs: string])[] = [
  ...MODULES.flatMap(([ours, theirs]) => parameters.map((p) => [`${ours}.${p}`, `${theirs}.${p}`] as const)),
  ['attn.q_bias', 'attention.attention.q_bias'],
  ['attn.v_bias', 'attention.attention.v_bias'],
];

const OUTSIDE_THEIRS = new Map(OUTSIDE);
const OUTSIDE_OURS = new Map(OUTSIDE.map(([ours, theirs]) => [theirs, ours]));
const BLOCK_THEIRS = new Map(BLOCK);
const BLOCK_OURS = new Map(BLOCK.map(([ours, theirs]) => [theirs, ours]));

/**
 * What transformers calls a tensor of an encoder.
 *
 * @param ours its name in this project
 * @returns one name; three for `attn.qkv.weight` and `attn.qkv.bias`, which are split there; none for a tensor of no encoder
 */
export function toTransformersNames(ours: string): string[] {
  const block = ours.match(/^blocks\.(\d+)\.(.*)$/);
  if (!block) return [OUTSIDE_THEIRS.get(ours)].filter((name) => name !== undefined);
  const [, index, name] = block as unknown as [string, string, string];
  const qkv = name.match(/^attn\.qkv\.(weight|bias)$/);
  const within = qkv ? qkvParts.map((part) => `attention.attention.${part}.${qkv[1]}`) : [BLOCK_THEIRS.get(name)];
  return within.filter((each) => each !== undefined).map((each) => `encoder.layer.${index}.${each}`);
}

/**
 * What this project calls a tensor of an encoder of transformers.
 *
 * @returns its name, and which third of it where transformers splits it; undefined for a tensor of no encoder
 */
export function fromTransformersName(theirs: string): { name: string; part?: number } | undefined {
  const block = theirs.match(/^encoder\.layer\.(\d+)\.(.*)$/);
  if (!block) {
    const name = OUTSIDE_OURS.get(theirs);
    return name === undefined ? undefined : { name };
  }
  const [, index, within] = block as unknown as [string, string, string];
  const split = within.match(/^attention\.attention\.(query|key|value)\.(weight|bias)$/);
  if (split) return { name: `blocks.${index}.attn.qkv.${split[2]}`, part: qkvParts.indexOf(split[1]!) };
  const name = BLOCK_OURS.get(within);
  return name === undefined ? undefined : { name: `blocks.${index}.${name}` };
}
