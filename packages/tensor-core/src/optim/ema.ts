import * as tf from '@tensorflow/tfjs-core';

/** An exponential moving average of a model's trainable variables (Polyak and Juditsky 1992), kept beside them. */
export class ExponentialMovingAverage {
  readonly #source: ReadonlyMap<string, tf.Variable>;
  readonly #averages: ReadonlyMap<string, tf.Variable>;
  readonly #decay: number;

  /**
   * @param parameters what to average, by name
   * @param decay weight of the past in each update, in [0, 1), such as 0.999
   */
  constructor(parameters: ReadonlyMap<string, tf.Variable>, decay: number) {
    this.#source = parameters;
    this.#decay = decay;
    this.#averages = new Map(
      [...parameters].map(([name, value]) => [name, tf.tidy(() => tf.variable(tf.clone(value), false))]),
    );
  }

  /** The averages, under the names of what they average. */
  namedVariables(): Map<string, tf.Variable> {
    return new Map(this.#averages);
  }

  /** Moves every average towards its variable's present value. Part of a step. */
  update(): void {
    for (const [name, average] of this.#averages) {
      average.assign(tf.add(tf.mul(average, this.#decay), tf.mul(this.#source.get(name)!, 1 - this.#decay)));
    }
  }

  /** Does some work while the averages stand in place of what they average, whose own values then come back. */
  async inPlace<T>(work: () => Promise<T>): Promise<T> {
    const own = new Map([...this.#source].map(([name, variable]) => [name, tf.clone(variable as tf.Tensor)]));
    const put = (values: ReadonlyMap<string, tf.Tensor>) => {
      for (const [name, variable] of this.#source) variable.assign(values.get(name)!);
    };
    try {
      put(this.#averages);
      return await work();
    } finally {
      put(own);
      tf.dispose([...own.values()]);
    }
  }

  /** Frees the averages. */
  dispose(): void {
    for (const average of this.#averages.values()) average.dispose();
  }
}
