import { maeDecoder, videoMaeDecoders } from '@masked-distill/mae';
import { engineCandidates } from '@masked-distill/tensor-core';
import { vitSizes } from '@masked-distill/vit';
import { expect, it } from 'vitest';
import { modelNames, modelSizes, modelSizesOf } from '../src/config/presets/model-sizes.ts';
import { pretrainKeys } from '../src/config/pretrain-config.ts';

// The configuration is read without loading a tensor library, so it repeats what these packages know.

it('knows the sizes of vit', () => {
  const encoders = Object.entries(modelSizes).map(([name, { decoder, ...encoder }]) => [name, encoder]);
  expect(Object.fromEntries(encoders)).toEqual(vitSizes);
});

it('knows the decoders of mae', () => {
  for (const size of modelNames) {
    expect(modelSizesOf(`video-${size}`).decoder).toEqual(videoMaeDecoders[size]);
    // Beside nano, tiny and small stand decoders of this project's own.
    if (['base', 'large', 'huge'].includes(size)) expect(modelSizesOf(size).decoder).toEqual(maeDecoder);
  }
});

it('knows the engines of tensor-core, in their order', () => {
  const names = ['auto', ...engineCandidates.map(({ name }) => name)];
  expect(pretrainKeys.run.engine.kind.wants).toBe(`one of ${names.join(', ')}`);
});

it('knows the devices of its engines', () => {
  const { devices } = engineCandidates.find(({ name }) => name === 'onnxruntime')!;
  expect(pretrainKeys.run.device.kind.wants).toBe(`one of ${['auto', ...devices].join(', ')}`);
  for (const other of engineCandidates) expect(devices).toEqual(expect.arrayContaining([...other.devices]));
});
