import { createRng } from '@masked-distill/base';
import { useEngine } from '@masked-distill/tensor-core';
import { engineTests } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { classless, createTask, nano, oblong } from './support/nano-model.ts';

const onEachEngine = engineTests(useEngine);

const tasks = {
  'a class token, raw targets': () => createTask(nano),
  'a class token, normalised targets': () => createTask({ ...nano, normPixLoss: true }),
  'no class token': () => createTask(classless),
  'patches that are not square': () => createTask(oblong),
  'some of the masked tokens decoded': () => createTask(nano, { decoded: 2 }),
};

onEachEngine('gradient of the whole loss', () => {
  it.each(Object.entries(tasks))('%s: equals finite differences along every variable', async (_, create) => {
    const { model, pixels, indices } = create();
    const variables = model.trainableVariables();
    // Away from its start, where gains are 1 and biases 0, so that no term vanishes.
    for (const [name, variable] of variables) {
      const rng = createRng(0, 'noise', name);
      const noise = Float32Array.from({ length: variable.size }, () => 0.2 * rng.normal());
      tf.tidy(() => variable.assign(tf.add(variable, tf.tensor(noise, variable.shape))));
    }
    const loss = async () => (await model.loss(pixels, indices).data())[0]!;
    const { grads } = tf.variableGrads(() => model.loss(pixels, indices), [...variables.values()]);

    for (const [name, variable] of variables) {
      const gradient = grads[variable.name]!;
      const size = (await tf.norm(gradient).data())[0]!;
      expect(size, name).toBeGreaterThan(0);
      // Half along the gradient, where the slope is largest, and half along a direction of its own, so that a gradient with a wrong
      // factor fails as well as one with wrong parts.
      const rng = createRng(0, 'direction', name);
      const noise = tf.tensor(
        Float32Array.from({ length: variable.size }, () => rng.normal()),
        variable.shape,
      );
      const mixed = tf.add(tf.div(gradient, size), tf.div(noise, tf.norm(noise)));
      const direction = tf.div(mixed, tf.norm(mixed));
      const slope = (await tf.sum(tf.mul(gradient, direction)).data())[0]!;

      const start = tf.clone(variable);
      const at = async (distance: number) => {
        variable.assign(tf.add(start, tf.mul(direction, distance)));
        return loss();
      };
      const difference = async (h: number) => ((await at(h)) - (await at(-h))) / (2 * h);
      const h = 0.02;
      const extrapolated = (4 * (await difference(h)) - (await difference(2 * h))) / 3; // Richardson: the error falls from h² to h⁴
      variable.assign(start);
      // float32 rounds a loss near 1 to 1e-7, its difference over 2h to a few times 1e-5.
      expect(Math.abs(extrapolated - slope), name).toBeLessThan(1e-4 + 2e-3 * size);
    }
    model.dispose();
  });
});
