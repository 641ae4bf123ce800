import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ElementType, HostArray } from '../../src/element-types.ts';
import { OrtBackendError } from '../../src/errors.ts';
import type { Runner, RunnerSession, RunnerTensor } from '../../src/runner/runner.ts';
import { modelBytes, type Node, type Value } from './runner-models.ts';

const THREADS = 2;

/** What of the contract a runner need not do. */
export interface ConformanceOptions {
  /** Makes the runner. */
  create: () => Runner;
  /** Whether the event loop runs during `runAsync`, and runs can be ended. */
  asynchronous: boolean;
}

/** The tests that every {@link Runner} passes. */
export function runnerConformance(name: string, { create, asynchronous }: ConformanceOptions): void {
  describe(name, () => {
    let runner: Runner;
    beforeAll(() => {
      runner = create();
    });
    afterAll(() => runner.dispose());

    const float32 = (values: readonly number[], shape: readonly number[] = [values.length]) =>
      runner.wrap(Float32Array.from(values), 'float32', shape);
    const session = (inputs: Value[], outputs: Value[], nodes: Node[]) =>
      runner.createSession(modelBytes({ inputs, outputs, nodes }), {
        inputs: inputs.map(([input]) => input),
        outputs: outputs.map(([output]) => output),
        threads: THREADS,
      });
    const unary = (operator: string, type: ElementType = 'float32', shape: (number | string)[] = [2]) =>
      session([['x', type, shape]], [['y', type, shape]], [[operator, ['x'], ['y']]]);
    const product = () =>
      session(
        [
          ['a', 'float32', [2, 3]],
          ['b', 'float32', [3, 2]],
        ],
        [['c', 'float32', [2, 2]]],
        [['MatMul', ['a', 'b'], ['c']]],
      );
    const cast = (from: ElementType, to: ElementType, number: number) =>
      session([['x', from, [3]]], [['y', to, [3]]], [['Cast', ['x'], ['y'], { to: number }]]);
    const values = ({ shape }: RunnerTensor, data: HostArray) => ({
      shape: [...shape],
      data: Array.from(data, Number),
    });
    const results = (tensors: readonly RunnerTensor[]) => tensors.map((tensor) => values(tensor, tensor.data()));

    test('says what it is', () => {
      expect(runner.description).toMatch(/^onnxruntime 1\.30\.0, /);
    });

    test('multiplies matrices', () => {
      const a = float32([1, 2, 3, 4, 5, 6], [2, 3]);
      const b = float32([1, 2, 3, 4, 5, 6], [3, 2]);
      expect(results(product().run([a, b], [undefined]))).toEqual([{ shape: [2, 2], data: [22, 28, 49, 64] }]);
    });

    test('takes inputs and gives outputs in the listed order, not in the graph’s', () => {
      const model = modelBytes({
        inputs: [
          ['a', 'float32', [1]],
          ['b', 'float32', [1]],
        ],
        outputs: [
          ['sum', 'float32', [1]],
          ['difference', 'float32', [1]],
        ],
        nodes: [
          ['Add', ['a', 'b'], ['sum']],
          ['Sub', ['a', 'b'], ['difference']],
        ],
      });
      const swapped = runner.createSession(model, {
        inputs: ['b', 'a'],
        outputs: ['difference', 'sum'],
        threads: THREADS,
        spinning: false,
      });
      const got = swapped.run([float32([1]), float32([10])], [undefined, undefined]);
      expect(got.map((tensor) => tensor.data()[0])).toEqual([9, 11]);
    });

    test('casts to bool and int32', () => {
      const x = float32([0, -2.7, 3.2]);
      expect(results(cast('float32', 'bool', 9).run([x], [undefined]))[0]!.data).toEqual([0, 1, 1]);
      const whole = cast('float32', 'int32', 6).run([x], [undefined])[0]!;
      expect(whole.type).toBe('int32');
      expect(results([whole])[0]!.data).toEqual([0, -2, 3]);
    });

    test('takes and gives every element type', () => {
      const cases: [ElementType, HostArray][] = [
        ['float32', Float32Array.of(1.5, -2)],
        ['int32', Int32Array.of(-7, 2 ** 30)],
        ['uint8', Uint8Array.of(0, 255)],
        ['int8', Int8Array.of(-128, 127)],
        ['bool', Uint8Array.of(1, 0)],
        ['int64', BigInt64Array.of(-1n, 2n ** 40n)],
      ];
      for (const [type, data] of cases) {
        const [copy] = unary('Identity', type).run([runner.wrap(data, type, [2])], [undefined]);
        expect(copy!.type).toBe(type);
        expect(copy!.data()).toEqual(data);
      }
    });

    test('takes scalars and tensors without elements', () => {
      expect(results(unary('Neg', 'float32', []).run([float32([4], [])], [undefined]))).toEqual([
        { shape: [], data: [-4] },
      ]);
      const empty = unary('Neg', 'float32', ['n', 3]).run([float32([], [0, 3])], [undefined]);
      expect(results(empty)).toEqual([{ shape: [0, 3], data: [] }]);
    });

    test('fills an output that is given', () => {
      const array = new Float32Array(2);
      const y = runner.wrap(array, 'float32', [2]);
      const negate = unary('Neg');
      for (const x of [1, 2, 3]) {
        expect(negate.run([float32([x, -x])], [y])[0]).toBe(y);
        expect([...array]).toEqual([-x, x]);
        expect(y.data()).toBe(array);
      }
    });

    test('copies a graph’s input to an output that is given', () => {
      const array = new Float32Array(2);
      unary('Identity').run([float32([5, 6])], [runner.wrap(array, 'float32', [2])]);
      expect([...array]).toEqual([5, 6]);
    });

    test('takes a view into the middle of a buffer', () => {
      const whole = Float32Array.of(1, 2, 3, 4);
      const view = runner.wrap(whole.subarray(1, 3), 'float32', [2]);
      expect(results(unary('Neg').run([view], [undefined]))[0]!.data).toEqual([-2, -3]);
    });

    test('reads an array anew in each run', () => {
      const array = Float32Array.of(1, 2);
      const x = runner.wrap(array, 'float32', [2]);
      const negate = unary('Neg');
      negate.run([x], [undefined]);
      array[0] = 7;
      expect(results(negate.run([x], [undefined]))[0]!.data).toEqual([-7, -2]);
    });

    test('feeds results to other sessions, in turn', () => {
      const [negate, root] = [unary('Neg'), unary('Sqrt')];
      let x = float32([-16, -81]);
      x = negate.run([x], [undefined])[0]!;
      x = root.run([x], [undefined])[0]!;
      x = negate.run([x], [undefined])[0]!;
      x = negate.run([x], [undefined])[0]!;
      expect(results(root.run([x], [undefined]))[0]!.data).toEqual([2, 3]);
    });

    test('runs asynchronously beside other runs', async () => {
      const [negate, root] = [unary('Neg'), unary('Sqrt')];
      const pending = [1, 2, 3, 4, 5].map((x) => negate.runAsync([float32([x, -x])], [undefined]));
      expect(results(root.run([float32([4, 9])], [undefined]))[0]!.data).toEqual([2, 3]);
      expect(results(negate.run([float32([4, 9])], [undefined]))[0]!.data).toEqual([-4, -9]);
      const got = await Promise.all(pending);
      expect(got.map(([y]) => Array.from(y!.data(), Number))).toEqual([1, 2, 3, 4, 5].map((x) => [-x, x]));
    });

    const refusals: [string, () => unknown, string | RegExp][] = [
      [
        'bytes that are no model',
        () => runner.createSession(Uint8Array.of(1, 2, 3), { inputs: [], outputs: [], threads: 1 }),
        /^onnxruntime: .* failed, got .*protobuf parsing failed/s,
      ],
      [
        'no bytes at all',
        () => runner.createSession(new Uint8Array(0), { inputs: [], outputs: [], threads: 1 }),
        'createSession: the model has no bytes, got an empty array',
      ],
      [
        'an operator that does not exist',
        () => session([['x', 'float32', [2]]], [['y', 'float32', [2]]], [['Nonsense', ['x'], ['y']]]),
        /^onnxruntime: .* failed, got .*Nonsense/s,
      ],
      [
        'no threads',
        () => runner.createSession(identity(), { inputs: ['x'], outputs: ['y'], threads: 0 }),
        'createSession: threads is a whole number from 1, got 0',
      ],
      [
        'an input that is not listed',
        () => runner.createSession(identity(), { inputs: [], outputs: ['y'], threads: 1 }),
        'createSession: the graph has an input x, which is not listed; add it',
      ],
      [
        'an output that the graph lacks',
        () => runner.createSession(identity(), { inputs: ['x'], outputs: ['z'], threads: 1 }),
        'createSession: the graph has no output of that name, got z; it has y',
      ],
      ['too few inputs', () => product().run([float32([1])], [undefined]), 'run: the graph has 2 inputs, got 1'],
      [
        'too many outputs',
        () => unary('Neg').run([float32([1, 2])], [undefined, undefined]),
        'run: the graph has 1 outputs, got 2',
      ],
      [
        'an input of another type',
        () => unary('Neg').run([runner.wrap(Int32Array.of(1, 2), 'int32', [2])], [undefined]),
        'run: input x is float32, got int32; cast it first',
      ],
      [
        'an input of another shape',
        () => unary('Neg', 'float32', ['n', 3]).run([float32([1, 2], [1, 2])], [undefined]),
        'run: input x has shape [?,3], got [1,2]; reshape it first',
      ],
      [
        'an input of another rank',
        () => unary('Neg').run([float32([1, 2], [1, 2])], [undefined]),
        'run: input x has shape [2], got [1,2]; reshape it first',
      ],
      [
        'an output of another type',
        () => unary('Neg').run([float32([1, 2])], [runner.wrap(Int32Array.of(1, 2), 'int32', [2])]),
        'run: output y is float32, got int32; cast it first',
      ],
      [
        'an output of another shape',
        () => unary('Neg').run([float32([1, 2])], [float32([1, 2, 3])]),
        'run: output y has shape [2], got [3]; reshape it first',
      ],
      [
        'a tensor of somebody else',
        () => unary('Neg').run([{ type: 'float32', shape: [2] } as unknown as RunnerTensor], [undefined]),
        'run: input x is no tensor of this runner',
      ],
      [
        'an array of another length',
        () => float32([1, 2], [3]),
        'wrap: a tensor of shape [3] has 3 elements, got an array of 2',
      ],
      [
        'an array of another class',
        () => runner.wrap(new Int32Array(2), 'float32', [2]),
        'wrap: a float32 tensor is held by Float32Array, got Int32Array; convert it first',
      ],
      ['a shape with a fraction', () => float32([1, 2], [1.5]), 'wrap: a shape holds whole numbers from 0, got [1.5]'],
      [
        'a type that does not exist',
        () => runner.wrap(new Float32Array(1), 'float99' as ElementType, [1]),
        'wrap: there is no such element type, got float99',
      ],
    ];
    const identity = () =>
      modelBytes({
        inputs: [['x', 'float32', [2]]],
        outputs: [['y', 'float32', [2]]],
        nodes: [['Identity', ['x'], ['y']]],
      });
    test.each(refusals)('refuses %s', (_, attempt, message) => {
      expect(attempt).toThrow(OrtBackendError);
      expect(attempt).toThrow(message);
    });

    test('reports a failure during a run, and runs again after it', async () => {
      const take = session(
        [
          ['table', 'float32', [2]],
          ['index', 'int32', [1]],
        ],
        [['y', 'float32', [1]]],
        [['Gather', ['table', 'index'], ['y']]],
      );
      const table = float32([10, 20]);
      const index = (value: number) => runner.wrap(Int32Array.of(value), 'int32', [1]);
      if (runner.device === 'cpu') {
        const failure = /^onnxruntime: run failed, got .*(indices element out of data bounds|out of range)/is;
        expect(() => take.run([table, index(9)], [undefined])).toThrow(failure);
        await expect(take.runAsync([table, index(9)], [undefined])).rejects.toThrow(failure);
        await expect(take.runAsync([table, index(9)], [undefined])).rejects.toThrow(OrtBackendError);
      }
      expect(results(take.run([table, index(1)], [undefined]))[0]!.data).toEqual([20]);
    });

    test('gives tensors back once, and names the use of one that is gone', () => {
      const [x, y] = [float32([1, 2]), float32([0, 0])];
      const negate = unary('Neg');
      for (const tensor of [x, y]) {
        tensor.dispose();
        tensor.dispose();
      }
      expect(() => x.data()).toThrow('tensor: it was disposed; make another');
      expect(() => negate.run([x], [undefined])).toThrow('tensor: it was disposed; make another');
      expect(() => negate.run([float32([1, 2])], [y])).toThrow('tensor: it was disposed; make another');
      expect(results(negate.run([float32([1, 2])], [undefined]))[0]!.data).toEqual([-1, -2]);
    });

    test('gives sessions back once, and names the use of one that is gone', async () => {
      const negate = unary('Neg');
      negate.dispose();
      negate.dispose();
      negate.terminate();
      expect(() => negate.run([float32([1, 2])], [undefined])).toThrow('session: it was disposed; make another');
      await expect(negate.runAsync([float32([1, 2])], [undefined])).rejects.toThrow('session: it was disposed');
    });

    test('finishes a run whose session and tensors are disposed meanwhile', async () => {
      const [negate, x] = [unary('Neg'), float32([1, 2])];
      const array = new Float32Array(2);
      const y = runner.wrap(array, 'float32', [2]);
      const pending = negate.runAsync([x], [y]);
      negate.dispose();
      x.dispose();
      expect(() => x.data()).toThrow('tensor: it was disposed');
      expect(results(await pending)[0]!.data).toEqual([-1, -2]);
      expect([...array]).toEqual([-1, -2]);
      expect(() => negate.run([float32([1, 2])], [y])).toThrow('session: it was disposed');
    });

    test('gives all back with the runner', () => {
      const other = create();
      const x = other.wrap(Float32Array.of(1, 2), 'float32', [2]);
      const negate = other.createSession(identity(), { inputs: ['x'], outputs: ['y'], threads: 1 });
      other.dispose();
      other.dispose();
      expect(() => x.data()).toThrow('tensor: it was disposed');
      expect(() => negate.run([x], [undefined])).toThrow('session: it was disposed');
      expect(() => other.wrap(new Float32Array(1), 'float32', [1])).toThrow(
        'wrap: the runner was disposed; make another',
      );
      expect(() => other.createSession(identity(), { inputs: ['x'], outputs: ['y'], threads: 1 })).toThrow(
        'createSession: the runner was disposed; make another',
      );
    });

    describe.runIf(asynchronous)('asynchronous', () => {
      const SIZE = 512;
      const LINKS = 150; // some 200 ms on two cores
      let chain: RunnerSession;
      let matrix: RunnerTensor;
      beforeAll(() => {
        const links = Array.from(
          { length: LINKS },
          (_, link): Node => ['MatMul', [`x${link}`, 'x0'], [`x${link + 1}`]],
        );
        chain = session([['x0', 'float32', [SIZE, SIZE]]], [[`x${LINKS}`, 'float32', [SIZE, SIZE]]], links);
        const eye = Array.from({ length: SIZE * SIZE }, (_, index) => Number(index % (SIZE + 1) === 0));
        matrix = float32(eye, [SIZE, SIZE]);
      });

      test('leaves the event loop free', async () => {
        let ended = false;
        let turns = 0;
        const pending = chain.runAsync([matrix], [undefined]).finally(() => {
          ended = true;
        });
        for (; !ended; turns++) await nextTurn();
        const [y] = await pending;
        expect(y!.data()[SIZE + 1]).toBe(1);
        // Blocked, it would have had a turn or two.
        expect(turns).toBeGreaterThan(20);
      });

      test('ends runs on demand, and runs again after that', async () => {
        const pending = [chain.runAsync([matrix], [undefined]), chain.runAsync([matrix], [undefined])];
        const outcomes = Promise.allSettled(pending);
        chain.terminate();
        for (const outcome of await outcomes) {
          expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(OrtBackendError) });
          expect(String((outcome as PromiseRejectedResult).reason)).toMatch(/terminate flag/);
        }
        const [y] = chain.run([matrix], [undefined]);
        expect(y!.data()[0]).toBe(1);
      });

      test('ends a run that is well under way', async () => {
        const pending = chain.runAsync([matrix], [undefined]);
        const failure = expect(pending).rejects.toThrow(/terminate flag/);
        for (let turn = 0; turn < 20; turn++) await nextTurn();
        chain.terminate();
        await failure;
      });

      test('gives back what a run uses only after it', async () => {
        const other = create();
        const x = other.wrap(Float32Array.of(1, 2), 'float32', [2]);
        const negate = other.createSession(identity(), { inputs: ['x'], outputs: ['y'], threads: 1 });
        const y = other.wrap(new Float32Array(2), 'float32', [2]);
        const array = y.data();
        const pending = negate.runAsync([x], [y]);
        other.dispose();
        await pending;
        expect([...array]).toEqual([1, 2]);
      });
    });
  });
}
