import { deflateRawSync } from 'node:zlib';
import { InputError } from '@masked-distill/base';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/files/byte-source.ts';
import { type LazyTensor, readTensors } from '../../src/files/index.ts';
import { openTorchSource } from '../../src/files/open-torch-checkpoint.ts';
import {
  build,
  call,
  dict,
  global,
  integer,
  list,
  named,
  none,
  orderedDict,
  type Pickled,
  pickle,
  raw,
  storage,
  tensor,
  text,
  tuple,
  yes,
} from './build-pickle.ts';
import { MAGIC, torchLegacy, torchZip } from './build-torch.ts';
import { type EntrySpec, zip } from './build-zip.ts';

/** Opens a file and reads all tensors of its top level; it must fail with this message, on one line, as an InputError. */
async function expectRefusal(bytes: Uint8Array, message: string) {
  const attempt = openTorchSource(memorySource(bytes, 'x.pth')).then(({ content }) =>
    readTensors(new Map([...(content as Map<string, LazyTensor>)])),
  );
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(InputError);
  expect((error as Error).message).toContain(`torch checkpoint: x.pth ${message}`);
  expect((error as Error).message).not.toContain('\n');
}

const four = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
const packedSize = (bytes: Uint8Array) => deflateRawSync(bytes).length;
const of = storage({ type: 'FloatStorage', key: '0', count: 4 });
const weights = named({ w: tensor(of, { shape: [4], stride: [1] }) });

describe('pickles that reach for more than a state dict needs', () => {
  const asks = (name: string) => `names the Python global ${name}, which no state dict needs; nothing was run.`;

  it.each<[string, Pickled]>([
    ['os.system', call(global('os', 'system'), text('echo gotcha'))],
    ['posix.system', raw(text('posix'), text('system'), 0x93)],
    ['builtins.eval', call(global('builtins', 'eval'), text('1'))],
    ['builtins.getattr', call(global('builtins', 'getattr'), none, text('a'))],
    ['torch.hub.load', global('torch.hub', 'load')],
    ['torch._utils._rebuild_tensor_v2.__globals__', global('torch._utils._rebuild_tensor_v2', '__globals__')],
    ['torch.nn.modules.linear.Linear', raw(global('torch.nn.modules.linear', 'Linear'), ')', 0x81)],
    ['torch.ComplexFloatStorage', storage({ type: 'ComplexFloatStorage', key: '0', count: 4 })],
    ['__proto__.constructor', global('__proto__', 'constructor')],
    ['.', global('', '')],
    ['os\uFFFD.system', raw(text('os\n'), text('system'), 0x93)],
  ])('%s', async (name, content) => {
    await expectRefusal(torchZip(content, { 0: four }), asks(name));
    await expectRefusal(torchLegacy(content, {}), asks(name));
  });

  it('a plain pickle, not made by torch.save, runs nothing either', async () => {
    await expectRefusal(pickle(call(global('os', 'system'), text('ls'))), asks('os.system'));
    await expectRefusal(pickle(named({ a: integer(1) })), 'is a pickle, but none that torch.save made');
    await expectRefusal(Buffer.from('hello'), 'is neither a zip file nor a pickle');
    await expectRefusal(Buffer.alloc(0), 'is neither a zip file nor a pickle');
  });
});

describe('pickles that are wrong', () => {
  const self = (opcode: Pickled) => raw(']q\x00', opcode, 'h\x00e');
  const typed = global('torch._tensor', '_rebuild_from_type_v2');
  it.each<[string, Pickled]>([
    ['has a pickle that takes a value from an empty stack', raw('0')],
    ['has a pickle that takes a value from an empty stack', raw('K\x01(R')],
    ['has a pickle that looks at an empty stack', raw('2')],
    ['has a pickle that closes a bracket it did not open', raw('t')],
    ['has a pickle that recalls value 7, which it never kept', raw('h\x07')],
    ['has a pickle that appends to what is no list', raw('}', integer(1), 'a')],
    ['has a pickle that sets an item of what is no dict', raw(']', integer(1), integer(2), 's')],
    ['has a pickle with a key that lacks its value', raw('}(', integer(1), 'u')],
    ['has a pickle that adds to what is no set', raw(']', '(', integer(1), 0x90)],
    ['has a pickle that calls what is no function', call(text('os.system'), text('ls'))],
    ['has a pickle that calls what is no function', call(global('torch', 'FloatStorage'))],
    [
      'has a pickle that calls collections.OrderedDict without a tuple of arguments',
      raw(global('collections', 'OrderedDict'), 'NR'),
    ],
    [
      'has a pickle that calls with keyword arguments',
      raw(global('collections', 'OrderedDict'), ')', named({ a: none }), 0x92),
    ],
    ['has a pickle that sets the state of a value that has none', build(raw(']'), named({}))],
    [
      'has a pickle that sets the state of a value that has none',
      build(tensor(of, { shape: [1], stride: [1] }), named({})),
    ],
    ['has a pickle that makes a container of what is none', call(global('builtins', 'set'), integer(1))],
    ['has a dict made of no pairs', call(global('collections', 'OrderedDict'), list(integer(1)))],
    ['has a pickle that names a global by what is no text', raw(integer(1), integer(2), 0x93)],
    ['has a Namespace whose state is no dict', build(raw(global('argparse', 'Namespace'), ')', 0x81), integer(1))],
    ['has bytes in its pickle that are not in latin1', call(global('_codecs', 'encode'), text('a'), text('rot13'))],
    ['has text in its pickle that is not UTF-8, at byte 7', raw('X\x01\0\0\0', 0xff)],
    ['has a name in its pickle that does not end', raw('c', 'a'.repeat(2000), '\n')],
    ['has an integer of 2147483647 bytes in its pickle, more than the limit of 256', raw(0x8b, 'ÿÿÿ\x7f')],
    ['is cut off: its pickle wants 4294967295 bytes', raw('X', 'ÿÿÿÿ')],
    ['is cut off: its pickle wants -1 bytes', raw('T', 'ÿÿÿÿ')],
    ['has opcode 0x69 in its pickle at byte 2, which protocols 2 to 5', raw('ios\nsystem\n')],
    ['has opcode 0x82 in its pickle at byte 2, which protocols 2 to 5', raw(0x82, 1)],
    ['has opcode 0x97 in its pickle at byte 2, which protocols 2 to 5', raw(0x97)],
    ['has a persistent id that is no storage: 5', raw(integer(5), 'Q')],
    ['has a persistent id that is no storage: ["module",…]', raw(tuple(text('module'), orderedDict), 'Q')],
    ['has a persistent id that is no storage: […]', raw(self(raw('(')), 'Q')],
    [
      'has a storage without a type',
      raw(tuple(text('storage'), text('FloatStorage'), text('0'), text('cpu'), integer(4)), 'Q'),
    ],
    [
      'has a storage whose key is no text',
      raw(tuple(text('storage'), global('torch', 'FloatStorage'), integer(0), text('cpu'), integer(4)), 'Q'),
    ],
    ['has storage 0 of -4 elements', storage({ type: 'FloatStorage', key: '0', count: -4 })],
    [
      'has storage 0 that is a view of another',
      storage({ type: 'FloatStorage', key: '0', count: 4, view: tuple(text('1'), integer(0), integer(2)) }),
    ],
    ['has a tensor without a storage', tensor(none, { shape: [4], stride: [1] })],
    ['has a parameter without a tensor', call(global('torch._utils', '_rebuild_parameter'), none, yes, orderedDict)],
    ['has a tensor that is rebuilt in an unknown way', call(typed, typed, none, tuple())],
    ["holds a NumPy scalar of type O8, which can't be read", call(global('numpy', 'dtype'), text('O8'))],
    [
      'holds a NumPy scalar without its bytes',
      call(global('numpy.core.multiarray', 'scalar'), call(global('numpy', 'dtype'), text('f8')), raw('C\x01a')),
    ],
  ])('%s', async (message, content) => {
    await expectRefusal(torchZip(content, { 0: four }), message);
  });

  it('a storage must be the same wherever it is named', async () => {
    const two = (other: Pickled) => torchZip(named({ a: of, b: other }), { 0: four });
    await expectRefusal(
      two(storage({ type: 'IntStorage', key: '0', count: 4 })),
      'names storage 0 as 4 of torch.FloatStorage and as 4 of torch.IntStorage',
    );
    await expectRefusal(
      two(storage({ type: 'FloatStorage', key: '0', count: 3 })),
      'names storage 0 as 4 of torch.FloatStorage and as 3 of torch.FloatStorage',
    );
  });

  it('is stopped at a limit when it asks for too much', async () => {
    const steps = 2 ** 25;
    await expectRefusal(torchZip(raw('('.repeat(1001)), {}), 'has a pickle nested deeper than 1000, the limit');
    await expectRefusal(
      torchZip(raw('N'.repeat(2 ** 20 + 1)), {}),
      'has a pickle with more than 1048576 values on its stack, the limit',
    );
    await expectRefusal(
      torchZip(raw('N', Buffer.alloc(2 ** 20 + 1, 0x94)), {}),
      'has a pickle that keeps more than 1048576 values, the limit',
    );
    await expectRefusal(
      torchZip(raw('}0'.repeat(600_000)), {}),
      `has a pickle that takes more than ${steps} steps, the limit`,
    );
    // A text of 1 MB, turned into bytes by four opcodes again and again.
    const encode = raw(
      global('_codecs', 'encode'),
      'q\x00',
      text('a'.repeat(2 ** 20)),
      text('latin1'),
      0x86,
      'q\x01',
      'R',
    );
    await expectRefusal(
      torchZip(raw(encode, 'h\x00h\x01R0'.repeat(40)), {}),
      `has a pickle that takes more than ${steps} steps, the limit`,
    );
    // A list of a million, copied into sets.
    const copy = raw(
      global('builtins', 'set'),
      'q\x00',
      list(...Array.from({ length: 50_000 }, () => raw('N'))),
      0x85,
      'q\x01',
      'R',
    );
    await expectRefusal(
      torchZip(raw(copy, 'h\x00h\x01R0'.repeat(700)), {}),
      `has a pickle that takes more than ${steps} steps, the limit`,
    );
    await expectRefusal(
      torchZip(raw(Buffer.alloc(32 * 2 ** 20)), {}),
      'has a pickle of 33554435 bytes, more than the limit of 33554432',
    );
  });
});

describe('zip files that are wrong', () => {
  const pkl: EntrySpec = { name: 'a/data.pkl', bytes: pickle(weights) };
  const data: EntrySpec = { name: 'a/data/0', bytes: four };
  const [pklAt, dataAt] = [0, 30 + pkl.name.length + 6 + pkl.bytes.length];

  it.each<[string, Buffer]>([
    ['lacks the zip entry for storage 0', zip([pkl])],
    ['is a zip file without a data.pkl, so no checkpoint', zip([data])],
    ['is a zip file without a data.pkl, so no checkpoint', zip([{ ...pkl, name: 'data.pkl' }])],
    ['is a zip file with more than one data.pkl', zip([pkl, { ...pkl, name: 'b/data.pkl' }])],
    ['has two zip entries named a/data/0', zip([pkl, data, data])],
    ['has a zip entry with the unsafe name ../data.pkl', zip([{ ...pkl, name: '../data.pkl' }])],
    ['has a zip entry with the unsafe name a\\..\\b', zip([pkl, { ...data, name: 'a\\..\\b' }])],
    ['has a zip entry with the unsafe name /a/data/0', zip([pkl, { ...data, name: '/a/data/0' }])],
    ['has a zip entry with the unsafe name C:\\a', zip([pkl, { ...data, name: 'C:\\a' }])],
    ['has the encrypted zip entry a/data/0', zip([pkl, { ...data, claim: { flags: 1 } }])],
    [
      'has the zip entry a/data/0 packed by method 14; stored and deflated can be read',
      zip([pkl, { ...data, claim: { method: 14 } }]),
    ],
    ['has storage 0 of 12 bytes where 16 are promised', zip([pkl, { ...data, bytes: four.subarray(0, 12) }])],
    ['has the stored zip entry a/data/0 of 16 bytes that claims 17', zip([pkl, { ...data, claim: { size: 17 } }])],
    [
      `has the zip entry a/data/0 running from byte ${dataAt} into what starts at ${dataAt + 30 + data.name.length + 6 + 16}`,
      zip([pkl, { ...data, claim: { size: 999, packedSize: 999 } }]),
    ],
    [
      `has the zip entry a/data.pkl running from byte ${pklAt} into what starts at 1`,
      zip([pkl, { ...data, claim: { offset: 1 } }]),
    ],
    [
      'is damaged: its zip entry a/data/0 is not where the directory says',
      zip([pkl, { ...data, claim: { offset: dataAt + 4 } }]),
    ],
    [
      'is damaged: its zip entry a/data.pkl is not where the directory says',
      zip([pkl, { ...data, claim: { offset: dataAt - 1 } }]),
    ],
    ['is damaged: its zip entry a/data/0 calls itself a/data/1', zip([pkl, { ...data, localName: 'a/data/1' }])],
    ['is damaged: the checksum of its zip entry a/data/0 is wrong', zip([pkl, { ...data, claim: { crc32: 1 } }])],
    ['is damaged: the checksum of its zip entry a/data.pkl is wrong', zip([{ ...pkl, claim: { crc32: 1 } }, data])],
    ['has a zip directory of 2 entries that claims 3', zip([pkl, data], { claim: { count: 3 } })],
    ['has a zip directory that is damaged at its byte 0', zip([pkl, data], { claim: { start: 5, size: 46 } })],
    [
      'has a zip directory of 4294967290 bytes at byte 0, which runs into its own end',
      zip([pkl, data], { claim: { start: 0, size: 4294967290 } }),
    ],
    [
      'has a zip directory of 2 entries that claims 281474976710656',
      zip([pkl, data], { zip64: true, claim: { count: 2 ** 48 } }),
    ],
    [
      'starts like a zip file but has no zip directory at its end; it is cut off, download it again',
      Buffer.from('PK\x03\x04 and no more'),
    ],
    ['was saved on a big-endian machine', zip([pkl, data, { name: 'a/byteorder', bytes: Buffer.from('big') }])],
  ])('%s', async (message, bytes) => {
    await expectRefusal(bytes, message);
  });

  it('bombs do not unpack: too large, too well packed, larger than they claim', async () => {
    const bomb = (claim: EntrySpec['claim'], bytes = new Uint8Array(2 ** 20 + 4)) =>
      zip([pkl, { name: 'a/data/0', bytes, deflate: true, ...(claim && { claim }) }]);
    const view = (count: number) =>
      pickle(named({ w: tensor(storage({ type: 'FloatStorage', key: '0', count }), { shape: [1], stride: [1] }) }));
    const withView = (count: number, ...args: Parameters<typeof bomb>) =>
      zip([
        { ...pkl, bytes: view(count) },
        {
          name: 'a/data/0',
          bytes: args[1] ?? new Uint8Array(4 * count),
          deflate: true,
          ...(args[0] && { claim: args[0] }),
        },
      ]);
    await expectRefusal(
      withView(2 ** 18 + 1, undefined),
      `has the zip entry a/data/0 that would unpack from ${packedSize(new Uint8Array(2 ** 20 + 4))} to 1048580 bytes; save it again unpacked`,
    );
    await expectRefusal(
      withView(2 ** 28 + 1, { size: 2 ** 30 + 4 }, four),
      `has the zip entry a/data/0 that would unpack from ${packedSize(four)} to 1073741828 bytes`,
    );
    await expectRefusal(
      bomb({ size: 16 }),
      "is damaged: its zip entry a/data/0 can't be unpacked (Cannot create a Buffer larger than 17 bytes)",
    );
    await expectRefusal(
      bomb({ size: 16 }, new Uint8Array(17)),
      'is damaged: its zip entry a/data/0 unpacks to 17 bytes, not 16',
    );
    await expectRefusal(
      bomb({ size: 16 }, new Uint8Array(15)),
      'is damaged: its zip entry a/data/0 unpacks to 15 bytes, not 16',
    );
    await expectRefusal(
      zip([pkl, { ...data, claim: { method: 8 } }]),
      "is damaged: its zip entry a/data/0 can't be unpacked (",
    );
  });

  it('sound ones are read in every form that writers use', async () => {
    const storages = { 0: four };
    const forms = [
      torchZip(weights, storages),
      torchZip(weights, storages, { zip64: true }),
      torchZip(weights, storages, { comment: 'PK\x05\x06 in a comment' }),
      torchZip(weights, storages, { each: { descriptor: true } }),
      torchZip(weights, storages, { each: { deflate: true } }),
      torchZip(weights, storages, { each: { claim: { crc32: 0 } } }),
      torchZip(weights, storages, { entries: [{ name: 'archive/byteorder', bytes: Buffer.from('little') }] }),
    ];
    for (const bytes of forms) {
      const { content } = await openTorchSource(memorySource(bytes, 'x.pth'));
      const tensor = (content as Map<string, LazyTensor>).get('w')!;
      expect((await tensor.read()).bytes).toEqual(four);
    }
  });

  it('checks a storage once, also when only a part of it is asked for', async () => {
    const part = named({ w: tensor(of, { shape: [1], stride: [1] }) });
    await expectRefusal(
      zip([
        { ...pkl, bytes: pickle(part) },
        { ...data, claim: { crc32: 1 } },
      ]),
      'is damaged: the checksum',
    );
    for (const deflate of [false, true]) {
      const { content } = await openTorchSource(
        memorySource(torchZip(part, { 0: four }, { each: { deflate } }), 'x.pth'),
      );
      const tensor = (content as Map<string, LazyTensor>).get('w')!;
      for (let time = 0; time < 2; time++) expect((await tensor.read()).bytes).toEqual(four.subarray(0, 4));
    }
  });
});

describe('legacy files that are wrong', () => {
  const legacy = named({
    w: tensor(storage({ type: 'FloatStorage', key: '0', count: 4, view: none }), { shape: [4], stride: [1] }),
  });
  const sound = torchLegacy(legacy, { 0: { bytes: four, count: 4 } });

  it.each<[string, Buffer]>([
    [`is cut off: storage 0 ends at byte ${sound.length}, the file at ${sound.length - 1}`, sound.subarray(0, -1)],
    ['has storage 0 of 5 elements where 4 are promised', torchLegacy(legacy, { 0: { bytes: four, count: 5 } })],
    ['lacks storage 0', torchLegacy(legacy, {})],
    ['lists storage 1, which no tensor has, or twice', torchLegacy(legacy, { 1: { bytes: four, count: 4 } })],
    ['is of an unknown version of the legacy format', Buffer.concat([pickle(MAGIC), pickle(integer(1000))])],
    [
      'was saved on a big-endian machine',
      Buffer.concat([pickle(MAGIC), pickle(integer(1001)), pickle(dict([text('little_endian'), raw(0x89)]))]),
    ],
    [
      'has a storage outside of its content',
      Buffer.concat([pickle(MAGIC), pickle(integer(1001)), pickle(raw(integer(1), 'Q'))]),
    ],
    [
      'has no list of its storages',
      Buffer.concat([pickle(MAGIC), pickle(integer(1001)), pickle(named({})), pickle(named({})), pickle(none)]),
    ],
    ['is cut off: its pickle wants 1 bytes', Buffer.concat([pickle(MAGIC), pickle(integer(1001))])],
  ])('%s', async (message, bytes) => {
    await expectRefusal(bytes, message);
  });
});
