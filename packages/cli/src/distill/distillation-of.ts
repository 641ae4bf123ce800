import { type DistillationConfig, type LayerPair, releasedCode } from '@masked-distill/amd-distill';
import type { DistillConfig } from '../config/distill-config.ts';
import { isVideo } from '../config/model-name.ts';
import { layerPairs } from './layer-pairs.ts';

/**
 * How a student learns, as the settings say.
 *
 * @param depth number of blocks of both models
 * @throws InputError when a layer does not exist
 */
export function distillationOf(config: DistillConfig, depth: LayerPair): DistillationConfig {
  const { align } = config;
  return {
    direct: layerPairs('direct', { config, depth }),
    generation: layerPairs('generation', { config, depth }),
    generator: {
      kind: align.generator,
      depth: align.generatorDepth,
      ...(isVideo(config.model) && { positions: config.model.positions }),
    },
    weights: { reconstruction: align.reconWeight, direct: align.directWeight, generation: align.generationWeight },
    loss: align.loss,
    normalize: align.normalize,
    layerReduction: align.layerReduction,
    ...(align.prefix !== 'auto' && { prefix: align.prefix === 'include' }),
    ...(align.released && releasedCode),
  };
}
