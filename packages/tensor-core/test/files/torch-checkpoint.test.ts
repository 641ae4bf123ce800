import { readFile } from 'node:fs/promises';
import { InputError } from '@masked-distill/base';
import { hasFixtures, sharedPath } from '@masked-distill/testing';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/files/byte-source.ts';
import {
  findStateDict,
  type LazyTensor,
  openCheckpoint,
  openTorchCheckpoint,
  readSafetensors,
  readTensors,
  toFloat32,
  toTypedArray,
} from '../../src/files/index.ts';
import { openTorchSource } from '../../src/files/open-torch-checkpoint.ts';
import {
  build,
  call,
  double,
  global,
  integer,
  list,
  named,
  none,
  orderedDict,
  pickle,
  raw,
  storage,
  tensor,
  text,
  tuple,
  yes,
} from './build-pickle.ts';
import { torchLegacy, torchZip } from './build-torch.ts';

const open = (bytes: Uint8Array) => openTorchSource(memorySource(bytes, 'x.pth'));
const contentOf = async (bytes: Uint8Array) => (await open(bytes)).content as Map<string, unknown>;
const values = async (value: unknown) => [...toTypedArray(await (value as LazyTensor).read())];

const floats = (...items: number[]) => new Uint8Array(Float32Array.from(items).buffer);

describe('views of a storage', () => {
  const matrix = storage({ type: 'FloatStorage', key: '0', count: 6 });
  const read = async (view: Parameters<typeof tensor>[1]) => {
    const content = await contentOf(torchZip(named({ t: tensor(matrix, view) }), { 0: floats(0, 1, 2, 3, 4, 5) }));
    return values(content.get('t'));
  };

  it('come out row-major: whole, offset, transposed, strided, repeated, single, empty', async () => {
    expect(await read({ shape: [2, 3], stride: [3, 1] })).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await read({ offset: 3, shape: [3], stride: [1] })).toEqual([3, 4, 5]);
    expect(await read({ shape: [3, 2], stride: [1, 3] })).toEqual([0, 3, 1, 4, 2, 5]);
    expect(await read({ offset: 1, shape: [2, 2], stride: [3, 1] })).toEqual([1, 2, 4, 5]);
    expect(await read({ offset: 5, shape: [2, 2], stride: [0, 0] })).toEqual([5, 5, 5, 5]);
    expect(await read({ offset: 4, shape: [], stride: [] })).toEqual([4]);
    expect(await read({ offset: 2, shape: [1, 1], stride: [99, 7] })).toEqual([2]);
    expect(await read({ offset: 6, shape: [0, 3], stride: [3, 1] })).toEqual([]);
  });

  it.each([
    [
      { offset: 5, shape: [2], stride: [1] },
      'has a tensor of shape [2], offset 5 and stride [1] that needs 7 elements of a storage of 6',
    ],
    [
      { shape: [2, 3], stride: [4, 1] },
      'has a tensor of shape [2,3], offset 0 and stride [4,1] that needs 7 elements of a storage of 6',
    ],
    [{ shape: [-1], stride: [1] }, 'has a tensor whose offset, shape and stride are not non-negative integers'],
    [{ shape: [2], stride: [-1] }, 'has a tensor whose offset, shape and stride are not non-negative integers'],
    [
      { offset: -1, shape: [2], stride: [1] },
      'has a tensor whose offset, shape and stride are not non-negative integers',
    ],
    [{ shape: [2, 3], stride: [1] }, 'has a tensor whose offset, shape and stride are not non-negative integers'],
    [{ shape: [2 ** 30], stride: [0] }, 'has a tensor of shape [1073741824], more than the limit of 2147483648 bytes'],
    [
      { shape: [2 ** 52, 2 ** 52, 0], stride: [0, 0, 0] },
      'has a tensor of shape [4503599627370496,4503599627370496,0], more than the limit',
    ],
    [
      { shape: new Array(65).fill(1), stride: new Array(65).fill(1) },
      'has a tensor of 65 axes, more than the limit of 64',
    ],
  ])('that do not fit are refused: %j', async (view, message) => {
    await expect(read(view)).rejects.toThrow(`torch checkpoint: x.pth ${message}`);
    await expect(read(view)).rejects.toBeInstanceOf(InputError);
  });

  it('may share a storage, but not to fill memory', async () => {
    const shared = (count: number) => {
      const expanded = tensor(matrix, { shape: [2 ** 20], stride: [0] });
      return torchZip(list(...Array.from({ length: count }, () => expanded)), { 0: floats(0, 1, 2, 3, 4, 5) });
    };
    expect(await contentOf(shared(16))).toHaveLength(16);
    await expect(open(shared(17))).rejects.toThrow(
      /x\.pth has tensors of more than \d+ bytes over \d+ bytes of storage, the limit/,
    );
  });
});

describe('what checkpoints hold beside tensors', () => {
  it('becomes plain: Namespace, OrderedDict with its metadata, sets, bytes, devices, dtypes, NumPy scalars', async () => {
    const numpyDouble = build(
      call(global('numpy', 'dtype'), text('f8'), raw(0x89), yes),
      tuple(integer(3), text('<'), none, none, none, integer(-1)),
    );
    const littleHalf = Buffer.alloc(8);
    littleHalf.writeDoubleLE(0.5);
    const latin1 = call(global('_codecs', 'encode'), text(littleHalf.toString('latin1')), text('latin1'));
    const content = await contentOf(
      torchZip(
        named({
          args: build(
            raw(global('argparse', 'Namespace'), ')', 0x81),
            named({ lr: double(0.001), betas: list(double(0.9), double(0.95)) }),
          ),
          metadata: build(orderedDict, named({ _metadata: orderedDict })),
          set: call(global('builtins', 'set'), list(integer(1), integer(1), integer(2))),
          old: call(global('__builtin__', 'frozenset'), list(text('a'))),
          size: call(global('torch', 'Size'), tuple(integer(2), integer(3))),
          device: call(global('torch', 'device'), text('cuda'), integer(1)),
          dtype: global('torch', 'float16'),
          bytes: call(global('_codecs', 'encode'), text('a\u00ff'), text('latin1')),
          lr: call(global('numpy._core.multiarray', 'scalar'), numpyDouble, latin1),
          long: raw(0x8a, 9, Buffer.from('ffffffffffffffffff', 'hex')),
          huge: raw(0x8a, 9, Buffer.from('000000000000000001', 'hex')),
        }),
        {},
      ),
    );
    expect(Object.fromEntries(content)).toEqual({
      args: new Map<string, unknown>([
        ['lr', 0.001],
        ['betas', [0.9, 0.95]],
      ]),
      metadata: new Map(),
      set: new Set([1, 2]),
      old: new Set(['a']),
      size: [2, 3],
      device: 'cuda:1',
      dtype: 'torch.float16',
      bytes: Uint8Array.of(0x61, 0xff),
      lr: 0.5,
      long: -1,
      huge: 2n ** 64n,
    });
  });

  it('parameters are their tensors, attributes of tensors are dropped, untyped storages take the dtype given', async () => {
    const of = storage({ type: 'FloatStorage', key: '0', count: 2 });
    const view = tensor(of, { shape: [2], stride: [1] });
    const untyped = raw(
      tuple(text('storage'), global('torch.storage', 'UntypedStorage'), text('1'), text('cpu'), integer(4)),
      'Q',
    );
    const content = await contentOf(
      torchZip(
        named({
          parameter: call(global('torch._utils', '_rebuild_parameter'), view, yes, orderedDict),
          withState: call(global('torch._utils', '_rebuild_parameter_with_state'), view, yes, orderedDict, named({})),
          subclass: call(
            global('torch._tensor', '_rebuild_from_type_v2'),
            global('torch._utils', '_rebuild_tensor_v2'),
            global('torch.nn.parameter', 'Parameter'),
            tuple(of, integer(1), tuple(integer(1)), tuple(integer(1)), yes, orderedDict),
            named({ note: text('x') }),
          ),
          unsigned: call(
            global('torch._utils', '_rebuild_tensor_v3'),
            untyped,
            integer(1),
            tuple(integer(1)),
            tuple(integer(1)),
            yes,
            orderedDict,
            global('torch', 'uint16'),
          ),
        }),
        { 0: floats(7, 8), 1: Uint8Array.of(1, 0, 255, 255) },
      ),
    );
    expect(await values(content.get('parameter'))).toEqual([7, 8]);
    expect(await values(content.get('withState'))).toEqual([7, 8]);
    expect(await values(content.get('subclass'))).toEqual([8]);
    expect(await values(content.get('unsigned'))).toEqual([65535]);
  });

  it('is decoded from protocols 4 and 5 too, and from text that Python 2 wrote', async () => {
    const short = (value: string) => raw(0x8c, value.length, value);
    const modern = raw(
      0x95,
      Buffer.alloc(8),
      '}',
      0x94,
      '(',
      short('a'),
      0x94,
      0x8f,
      0x94,
      '(',
      'K\x01K\x02',
      0x90,
      short('b'),
      short('collections'),
      short('OrderedDict'),
      0x93,
      ')',
      'R',
      short('c'),
      'h\x00',
      'u',
    );
    const bytes = (protocol: number) =>
      Buffer.concat([
        pickle(raw(0x8a, 10, Buffer.from('6cfc9c46f9206aa85019', 'hex'))),
        pickle(integer(1001)),
        pickle(named({})),
        pickle(modern, protocol),
        pickle(list()),
      ]);
    for (const protocol of [4, 5]) {
      const content = await contentOf(bytes(protocol));
      expect(content.get('a')).toEqual(new Set([1, 2]));
      expect(content.get('b')).toEqual(new Map());
      expect(content.get('c')).toBe(content);
    }
    const old = await contentOf(torchZip(raw('}', 'U\x01a', 'T\x02\0\0\0bc', 's'), {}));
    expect([...old]).toEqual([['a', 'bc']]);
    await expect(open(bytes(6))).rejects.toThrow(
      'torch checkpoint: x.pth is a pickle of protocol 6; 2 to 5 can be read',
    );
  });
});

describe('findStateDict', () => {
  const weights = (...names: string[]) =>
    named(
      Object.fromEntries(
        names.map((name) => [
          name,
          tensor(storage({ type: 'FloatStorage', key: '0', count: 1 }), { shape: [1], stride: [1] }),
        ]),
      ),
    );
  const names = async (content: Buffer) => [
    ...findStateDict(await contentOf(torchZip(content, { 0: floats(1) }))).keys(),
  ];

  it('looks into the containers of training scripts, and no further than it must', async () => {
    expect(await names(weights('a', 'b.c'))).toEqual(['a', 'b.c']);
    for (const key of ['model', 'module', 'state_dict'])
      expect(await names(named({ epoch: integer(1), [key]: weights('a') }))).toEqual(['a']);
    expect(await names(named({ module: weights('no'), model: weights('yes') }))).toEqual(['yes']);
    expect(await names(named({ model: named({ module: weights('deep') }), model_ema: weights('no') }))).toEqual([
      'deep',
    ]);
    expect(await names(raw(weights('model.a'), text('model'), integer(3), 's'))).toEqual(['model.a']);
  });

  it('takes off a wrapper that all names have, and only then', async () => {
    expect(await names(weights('module.a', 'module.module.b'))).toEqual(['a', 'module.b']);
    expect(await names(weights('module._orig_mod.a', 'module._orig_mod.b'))).toEqual(['a', 'b']);
    expect(await names(weights('module.a', 'b'))).toEqual(['module.a', 'b']);
  });

  it('says where it looked when there is none', () => {
    expect(() =>
      findStateDict(
        new Map<string, unknown>([
          ['epoch', 3],
          ['optimizer', new Map()],
        ]),
        { name: 'x.pth' },
      ),
    ).toThrow(
      new InputError(
        'torch checkpoint: x.pth has no state dict; looked in model, module, state_dict, found a dict of ["epoch","optimizer"]',
      ),
    );
    expect(() => findStateDict([1])).toThrow(
      new InputError(
        'torch checkpoint: the checkpoint has no state dict; looked in model, module, state_dict, found no dict',
      ),
    );
  });
});

describe.skipIf(!hasFixtures)('files that PyTorch wrote (../shared/fixtures)', () => {
  interface Expected {
    dtype: string;
    shape: number[];
    values: (number | null)[];
  }

  it.each(['tensor_zoo.pth', 'tensor_zoo_legacy.pth'])('%s: every dtype, view and container', async (name) => {
    const checkpoint = await openTorchCheckpoint(sharedPath(`fixtures/${name}`));
    const expected = JSON.parse(await readFile(sharedPath('fixtures/tensor_zoo.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    const compare = async (actual: unknown, wanted: unknown): Promise<void> => {
      if (Array.isArray(wanted)) {
        expect(actual).toHaveLength(wanted.length);
        for (const [i, item] of wanted.entries()) await compare((actual as unknown[])[i], item);
      } else if (typeof wanted === 'object' && wanted !== null && 'dtype' in wanted) {
        const { shape, values: numbers } = wanted as Expected;
        expect((actual as LazyTensor).shape).toEqual(shape);
        const read = (await values(actual)).map((value) =>
          Math.abs(Number(value)) === Infinity ? null : Number(value),
        );
        expect(read).toEqual(numbers);
      } else if (typeof wanted === 'object' && wanted !== null) {
        for (const [key, value] of Object.entries(wanted))
          await compare((actual as Map<string, unknown>).get(key), value);
      } else expect(actual).toBe(wanted);
    };
    expect([...(checkpoint.content as Map<string, unknown>).keys()]).toEqual(Object.keys(expected));
    for (const [key, value] of Object.entries(expected))
      await compare((checkpoint.content as Map<string, unknown>).get(key), value);
    await checkpoint.close();
  });

  it('tiny_videomae.pth holds the parameters of videomae_tiny', async () => {
    const checkpoint = await openCheckpoint(sharedPath('fixtures/tiny_videomae.pth'));
    const { tensors } = await readSafetensors(sharedPath('fixtures/videomae_tiny.safetensors'));
    const parameters = [...tensors].filter(([name]) => name.startsWith('param.'));
    expect([...checkpoint.tensors.keys()].sort()).toEqual(
      parameters.map(([name]) => name.slice('param.'.length)).sort(),
    );
    for (const [name, tensor] of parameters) {
      const read = await checkpoint.tensors.get(name.slice('param.'.length))!.read();
      expect(read.shape).toEqual(tensor.shape);
      expect(toFloat32(read)).toEqual(toFloat32(tensor));
    }
    await checkpoint.close();
  });

  it('tiny_full_ckpt.pth and tiny_legacy_module.pth hold the same model', async () => {
    const full = await openCheckpoint(sharedPath('fixtures/tiny_full_ckpt.pth'));
    const legacy = await openCheckpoint(sharedPath('fixtures/tiny_legacy_module.pth'));
    expect([full.format, full.metadata, legacy.format, legacy.metadata]).toEqual([
      'torch-zip',
      { epoch: '7' },
      'torch-legacy',
      {},
    ]);
    const [a, b] = [await readTensors(full.tensors), await readTensors(legacy.tensors)];
    expect(a.size).toBe(36);
    expect(a).toEqual(b);
    await full.close();
    await legacy.close();
  });

  it('tiny_full_ckpt.pth: optimiser state by parameter index, and the arguments', async () => {
    const checkpoint = await openTorchCheckpoint(sharedPath('fixtures/tiny_full_ckpt.pth'));
    const content = checkpoint.content as Map<string, Map<string, unknown>>;
    const state = content.get('optimizer')!.get('state') as Map<number, Map<string, LazyTensor>>;
    expect(state.size).toBe(36);
    expect([...state.get(0)!.keys()]).toEqual(['step', 'exp_avg', 'exp_avg_sq']);
    expect(content.get('args')!.get('mask_ratio')).toBe(0.75);
    await checkpoint.close();
  });
});

describe('legacy files', () => {
  it('hold their storages behind the pickles, in the order of the keys', async () => {
    const of = (key: string, count: number) =>
      tensor(storage({ type: 'FloatStorage', key, count, view: none }), { shape: [count], stride: [1] });
    const bytes = torchLegacy(named({ a: of('11', 2), b: of('5', 1) }), {
      5: { bytes: floats(5), count: 1 },
      11: { bytes: floats(1, 2), count: 2 },
    });
    const content = await contentOf(bytes);
    expect(await values(content.get('a'))).toEqual([1, 2]);
    expect(await values(content.get('b'))).toEqual([5]);
  });
});
