import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { elementCount, type LazyTensor } from '@masked-distill/tensor-core';
import { noise } from './random-model.ts';

/** Size of a transformer, and the grid of its 16 px patches. */
interface MaeSize {
  width: number;
  depth: number;
  side?: number;
}

const MLP = 4;

const block = (prefix: string, width: number): [string, number[]][] => [
  [`${prefix}.norm1.weight`, [width]],
  [`${prefix}.norm1.bias`, [width]],
  [`${prefix}.attn.qkv.weight`, [3 * width, width]],
  [`${prefix}.attn.qkv.bias`, [3 * width]],
  [`${prefix}.attn.proj.weight`, [width, width]],
  [`${prefix}.attn.proj.bias`, [width]],
  [`${prefix}.norm2.weight`, [width]],
  [`${prefix}.norm2.bias`, [width]],
  [`${prefix}.mlp.fc1.weight`, [MLP * width, width]],
  [`${prefix}.mlp.fc1.bias`, [MLP * width]],
  [`${prefix}.mlp.fc2.weight`, [width, MLP * width]],
  [`${prefix}.mlp.fc2.bias`, [width]],
];

/** Names and shapes of a masked autoencoder of a real size with MAE's decoder, as MAE's own checkpoints have them. */
export function maeShapes({ width, depth, side = 14 }: MaeSize): Map<string, number[]> {
  const [decoder, tokens] = [512, 1 + side * side];
  return new Map<string, number[]>([
    ['cls_token', [1, 1, width]],
    ['pos_embed', [1, tokens, width]],
    ['mask_token', [1, 1, decoder]],
    ['decoder_pos_embed', [1, tokens, decoder]],
    ['patch_embed.proj.weight', [width, 3, 16, 16]],
    ['patch_embed.proj.bias', [width]],
    ...Array.from({ length: depth }, (_, i) => block(`blocks.${i}`, width)).flat(),
    ['norm.weight', [width]],
    ['norm.bias', [width]],
    ['decoder_embed.weight', [decoder, width]],
    ['decoder_embed.bias', [decoder]],
    ...Array.from({ length: 8 }, (_, i) => block(`decoder_blocks.${i}`, decoder)).flat(),
    ['decoder_norm.weight', [decoder]],
    ['decoder_norm.bias', [decoder]],
    ['decoder_pred.weight', [768, decoder]],
    ['decoder_pred.bias', [768]],
  ]);
}

const POOL = 2 ** 20;

/** Tensors of these shapes whose numbers are made when read, from a pool; each tensor begins elsewhere in it. */
export function madeOnRead(shapes: ReadonlyMap<string, number[]>): Map<string, LazyTensor> {
  const pool = noise([POOL], 'pool');
  return new Map(
    [...shapes].map(([name, shape], i) => {
      const read = async () => {
        const values = new Float32Array(elementCount(shape));
        let from = (i * 7919) % POOL;
        for (let at = 0; at < values.length; from = 0) {
          const part = pool.subarray(from, Math.min(POOL, from + values.length - at));
          values.set(part, at);
          at += part.length;
        }
        return { dtype: 'F32' as const, shape, bytes: new Uint8Array(values.buffer) };
      };
      return [name, { dtype: 'F32' as const, shape, read }];
    }),
  );
}

/** Writes `{'model': {…}}` as torch.save does since 1.6, one tensor at a time; below 4 GiB. */
export async function writeTorchZip(path: string, tensors: ReadonlyMap<string, LazyTensor>): Promise<void> {
  const file = await open(path, 'w');
  const directory: Buffer[] = [];
  let at = 0;
  const entry = async (name: string, bytes: Uint8Array) => {
    // Signature and fields of a local header, and of the directory, as in PKWARE's APPNOTE.
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0); // version
    fields.writeUInt32LE(crc32(bytes), 10);
    fields.writeUInt32LE(bytes.length, 14);
    fields.writeUInt32LE(bytes.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const start = Buffer.alloc(4);
    start.writeUInt32LE(at);
    directory.push(Buffer.from('PK\x01\x02\x14\x00'), fields, Buffer.alloc(10), start, Buffer.from(name));
    for (const part of [Buffer.from('PK\x03\x04'), fields, Buffer.from(name), bytes]) {
      await file.write(part);
      at += part.length;
    }
  };
  await entry('archive/data.pkl', stateDictPickle(tensors));
  let key = 0;
  for (const tensor of tensors.values()) await entry(`archive/data/${key++}`, (await tensor.read()).bytes);
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(tensors.size + 1, 8);
  end.writeUInt16LE(tensors.size + 1, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  await file.write(list);
  await file.write(end);
  await file.close();
}

/** The opcodes of protocol 2 that a state dict takes. */
function stateDictPickle(tensors: ReadonlyMap<string, LazyTensor>): Buffer {
  const text = (value: string) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(value.length);
    return Buffer.concat([Buffer.from('X'), length, Buffer.from(value)]);
  };
  const integer = (value: number) => {
    const bytes = Buffer.alloc(5);
    bytes.write('J');
    bytes.writeInt32LE(value, 1);
    return bytes;
  };
  const op = (code: string) => Buffer.from(code, 'latin1');
  const tuple = (...parts: Buffer[]) => Buffer.concat([op('('), ...parts, op('t')]);
  const items = [...tensors].flatMap(([name, { shape }], key) => {
    const strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
    const type = op('ctorch\nFloatStorage\n');
    const storage = tuple(text('storage'), type, text(String(key)), text('cpu'), integer(elementCount(shape)));
    const arguments_ = tuple(
      Buffer.concat([storage, op('Q')]),
      integer(0),
      tuple(...shape.map(integer)),
      tuple(...strides.map(integer)),
      op('\x89'),
      op('ccollections\nOrderedDict\n)R'),
    );
    return [text(name), op('ctorch._utils\n_rebuild_tensor_v2\n'), arguments_, op('R')];
  });
  return Buffer.concat([op('\x80\x02}'), text('model'), op('}('), ...items, op('us.')]);
}
