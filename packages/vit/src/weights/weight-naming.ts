/** Whose names the tensors of a file bear. */
export type WeightNaming =
  | 'mae-pretrain'
  | 'timm'
  | 'videomae-pretrain'
  | 'videomae'
  | 'amd-pretrain'
  | 'masked-distill'
  | 'hf-vit'
  | 'hf-vitmae'
  | 'hf-videomae';

/** Each {@link WeightNaming} in words that fit behind "named as by". */
export const namingTitles: Readonly<Record<WeightNaming, string>> = {
  'mae-pretrain': 'MAE (pre-training)',
  timm: 'timm, and MAE after fine-tuning',
  'videomae-pretrain': 'VideoMAE (pre-training)',
  videomae: 'VideoMAE after fine-tuning',
  'amd-pretrain': 'AMD (pre-training)',
  'masked-distill': 'masked-distill (distillation)',
  'hf-vit': 'ViT of transformers',
  'hf-vitmae': 'ViTMAE of transformers',
  'hf-videomae': 'VideoMAE of transformers',
};

/** Names of a file that tell its naming, sorted out by {@link recognizeNaming}. */
export interface RecognizedNaming {
  /** Whose names they are. */
  readonly naming: WeightNaming;
  /** How names within a block are spelled. */
  readonly spelling: 'timm' | 'transformers';
  /** What stands before every name of the encoder, such as `encoder.`; often empty. */
  readonly prefix: string;
}

/** Two tensors of each spelling that every encoder has, so that one of them may be lost. */
const ANCHORS: readonly (readonly [RecognizedNaming['spelling'], string])[] = [
  ['timm', 'patch_embed.proj.weight'],
  ['timm', 'blocks.0.attn.qkv.weight'],
  ['transformers', 'embeddings.patch_embeddings.projection.weight'],
  ['transformers', 'encoder.layer.0.attention.attention.query.weight'],
];

/** Other transformers that stand beside an encoder. */
const NO_ENCODER = /(^|\.)(decoder|generators)\b/;

/**
 * Tells whose names these are, by the names alone.
 *
 * @param names of all tensors of a file
 * @param options `video`: whether a patch spans frames, which is what two namings of transformers differ in
 * @returns one entry for each encoder that the names hold: none, one, or more than one
 */
export function recognizeNaming(names: Iterable<string>, { video }: { video: boolean }): RecognizedNaming[] {
  const all = [...names];
  const found = new Map<string, Pick<RecognizedNaming, 'spelling' | 'prefix'>>();
  for (const name of all) {
    for (const [spelling, anchor] of ANCHORS) {
      const prefix = name.slice(0, -anchor.length);
      if (!name.endsWith(anchor) || !/(^|\.)$/.test(prefix) || NO_ENCODER.test(prefix)) continue;
      found.set(`${spelling} ${prefix}`, { spelling, prefix });
    }
  }
  return [...found.values()].map((each) => ({ ...each, naming: nameOf(each, { names: all, video }) }));
}

function nameOf(
  { spelling, prefix }: Pick<RecognizedNaming, 'spelling' | 'prefix'>,
  { names, video }: { names: readonly string[]; video: boolean },
): WeightNaming {
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  if (spelling === 'transformers') {
    if (video) return 'hf-videomae';
    return has(/(^|\.)decoder\.decoder_/) ? 'hf-vitmae' : 'hf-vit';
  }
  if (has(/(^|\.)encoder\.projection_heads\./)) return 'amd-pretrain';
  if (has(/^(projection_heads|generators)\./)) return 'masked-distill';
  if (has(/(^|\.)encoder_to_decoder\./) || (video && prefix.endsWith('encoder.'))) return 'videomae-pretrain';
  if (has(/(^|\.)decoder_(blocks|embed|pred)\./)) return 'mae-pretrain';
  return video ? 'videomae' : 'timm';
}
