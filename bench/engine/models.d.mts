/** A model that engines are compared on. */
export interface BenchModel {
  batch: number;
  encoder: {
    imageSize: { h: number; w: number };
    patch: { h: number; w: number };
    width: number;
    depth: number;
    heads: number;
  };
  decoder: { width: number; depth: number; heads: number };
}
export type ModelName = 'ViT-S/16' | 'tiny' | 'mae_vit_base';
export declare const models: Readonly<Record<ModelName, BenchModel>>;
export declare function stepFlops(model: BenchModel): number;
