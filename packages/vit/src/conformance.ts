import { createRng, InputError, MaskedDistillError } from '@masked-distill/base';
import { tokenCount } from '@masked-distill/masking';
import * as tf from '@tensorflow/tfjs-core';
import type { Backbone } from './backbone.ts';
import { tokenRows } from './token-rows.ts';

/** One case of the conformance suite, to be run by any test runner. */
export interface BackboneConformanceCase {
  /** What must hold. */
  name: string;
  /** Throws if it does not. */
  run(): Promise<void>;
}

/** Options of {@link backboneConformance}. */
export interface BackboneConformanceOptions {
  /** Input of one sample, such as `[H, W, 3]`. */
  inputShape: readonly number[];
  /** Largest difference allowed between two ways to the same number. Default 1e-5. */
  tolerance?: number;
}

function demand(condition: boolean, what: string): asserts condition {
  if (!condition) throw new MaskedDistillError(`backbone: ${what}`);
}

/**
 * What every {@link Backbone} must do, on the engine that is running.
 *
 * @example
 * ```ts
 * for (const { name, run } of backboneConformance(() => new MyBackbone(), { inputShape: [32, 32, 3] })) it(name, run);
 * ```
 */
export function backboneConformance(
  create: () => Backbone,
  { inputShape, tolerance = 1e-5 }: BackboneConformanceOptions,
): BackboneConformanceCase[] {
  const batch = 2;
  const input = () => {
    const rng = createRng(0, 'conformance');
    const shape = [batch, ...inputShape];
    return tf.tensor(
      Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => rng.normal()),
      shape,
    );
  };
  const withBackbone = (check: (backbone: Backbone) => Promise<void> | void) => async () => {
    const before = tf.memory().numTensors;
    const backbone = create();
    tf.engine().startScope();
    try {
      await check(backbone);
    } finally {
      tf.engine().endScope();
      backbone.dispose();
    }
    demand(tf.memory().numTensors === before, `${tf.memory().numTensors - before} tensors are left after dispose()`);
  };
  const differ = async (a: tf.Tensor, b: tf.Tensor) => (await tf.max(tf.abs(tf.sub(a, b))).data())[0]!;
  const keepRows = (lists: Int32Array[], tokens: number) => {
    const { rows, inverse } = tokenRows(lists, { tokens });
    return { rows: tf.tensor1d(rows, 'int32'), inverse: tf.tensor1d(inverse, 'int32') };
  };

  return [
    {
      name: 'embeds every token, sequence-first, prefix tokens before',
      run: withBackbone((backbone) => {
        const expected = [backbone.prefixTokens + tokenCount(backbone.grid), batch, backbone.width];
        const { shape } = backbone.embed(input());
        demand(`${shape}` === `${expected}`, `embed gives [${shape}], not [${expected}]`);
      }),
    },
    {
      name: 'embedding some tokens equals embedding all and choosing',
      run: withBackbone(async (backbone) => {
        const tokens = tokenCount(backbone.grid);
        const rng = createRng(0, 'keep');
        const lists = Array.from({ length: batch }, () =>
          rng
            .permutation(tokens)
            .slice(0, Math.ceil(tokens / 3))
            .sort(),
        );
        const prefix = backbone.prefixTokens;
        const all = tf.reshape(tf.slice(backbone.embed(input()), [prefix, 0, 0]), [tokens * batch, backbone.width]);
        const keep = keepRows(lists, tokens);
        const some = tf.slice(backbone.embed(input(), keep), [prefix, 0, 0]);
        const worst = await differ(tf.reshape(some, [-1, backbone.width]), tf.gather(all, keep.rows));
        demand(worst <= tolerance, `tokens embedded alone differ by ${worst} from those embedded together`);
      }),
    },
    {
      name: 'encodes to the same shape, collects raw block outputs, stops early',
      run: withBackbone(async (backbone) => {
        const tokens = backbone.embed(input());
        const layers = [1, backbone.depth];
        const { output, features } = backbone.encode(tokens, { collect: layers });
        demand(`${output.shape}` === `${tokens.shape}`, `encode gives [${output.shape}], not [${tokens.shape}]`);
        demand(features.length === 2, `collect [${layers}] gives ${features.length} features`);
        const stopped = backbone.encode(tokens, { collect: [1], stopAfter: 1 });
        const worst = await differ(features[0]!, stopped.features[0]!);
        demand(worst <= tolerance, `layer 1 differs by ${worst} when later blocks do not run`);
        demand(
          (await differ(stopped.output, stopped.features[0]!)) === 0,
          'an early stop applies more than the blocks asked for',
        );
      }),
    },
    {
      name: 'refuses layers that do not run',
      run: withBackbone((backbone) => {
        const tokens = backbone.embed(input());
        for (const options of [{ collect: [0] }, { collect: [backbone.depth + 1] }, { stopAfter: 0 }]) {
          let thrown: unknown;
          try {
            backbone.encode(tokens, options);
          } catch (error) {
            thrown = error;
          }
          demand(thrown instanceof InputError, `encode(${JSON.stringify(options)}) throws no InputError`);
        }
      }),
    },
    {
      name: 'samples do not see each other',
      run: withBackbone(async (backbone) => {
        const pixels = input();
        const first = tf.slice(pixels, 0, 1);
        const together = tf.slice(backbone.encode(backbone.embed(pixels)).output, [0, 0, 0], [-1, 1, -1]);
        const worst = await differ(together, backbone.encode(backbone.embed(first)).output);
        demand(worst <= tolerance, `a sample's tokens differ by ${worst} in other company`);
      }),
    },
    {
      name: 'every trainable variable receives a gradient',
      run: withBackbone(async (backbone) => {
        const variables = [...backbone.trainableVariables()];
        const { grads } = tf.variableGrads(
          () => tf.sum(tf.square(backbone.encode(backbone.embed(input())).output)) as tf.Scalar,
          variables.map(([, variable]) => variable),
        );
        for (const [name, variable] of variables) {
          const gradient = grads[variable.name] as tf.Tensor | null;
          const size = gradient ? (await tf.max(tf.abs(gradient)).data())[0]! : 0;
          demand(size > 0, `${name} receives no gradient`);
        }
      }),
    },
  ];
}
