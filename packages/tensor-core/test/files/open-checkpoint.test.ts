import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@masked-distill/base';
import { describe, expect, it } from 'vitest';
import { openCheckpoint, tensorData, writeSafetensors } from '../../src/files/index.ts';
import { double, integer, list, named, raw, text } from './build-pickle.ts';
import { stateDict, torchZip } from './build-torch.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('openCheckpoint', () => {
  it('goes by content and not by name, also where a header length looks like a pickle', async () => {
    const path = join(await temporaryFolder(), 'weights.pth');
    // 0x0280 bytes of header: the first two bytes are those of a protocol 2 pickle.
    const metadata = { note: '' };
    const tensors = new Map([['w', tensorData(new Float32Array(1), [1])]]);
    const bare = JSON.stringify({
      __metadata__: metadata,
      w: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
    }).length;
    await writeSafetensors(path, tensors, { metadata: { note: 'x'.repeat(0x280 - bare) } });
    const file = await openCheckpoint(path);
    expect(file.format).toBe('safetensors');
    expect([...file.tensors.keys()]).toEqual(['w']);
    await file.close();
  });

  it('keeps the plain values beside a state dict as metadata', async () => {
    const path = join(await temporaryFolder(), 'a.safetensors');
    const { content, storages } = stateDict(new Map([['w', tensorData(Float32Array.of(1), [1])]]));
    const checkpoint = named({
      model: content,
      epoch: integer(7),
      best: double(0.5),
      name: text('a\nb'),
      list: list(),
      flag: raw(0x88),
    });
    await writeFile(path, torchZip(checkpoint, { s0: storages.s0!.bytes }));
    const file = await openCheckpoint(path);
    expect(file.format).toBe('torch-zip');
    expect(file.metadata).toEqual({ epoch: '7', best: '0.5', name: 'a\uFFFDb', flag: 'true' });
    await file.close();
  });

  it.each([
    ['', 'empty'],
    ['<!DOCTYPE html><html>', 'a web page; download the file itself'],
    ['version https://git-lfs.github.com/spec/v1\n', 'a Git LFS pointer; fetch the file itself with git lfs pull'],
    ['\x1f\x8b\x08', 'gzip data; unpack it first'],
    ['\x89HDF\r\n\x1a\n', 'an HDF5 file; convert it first'],
    ['abc\x00\xffdefghijk', 'nothing known: it begins with 61626300ff646566 "abc..def"'],
  ])('says what %j is instead', async (content, what) => {
    const path = join(await temporaryFolder(), 'a.pth');
    await writeFile(path, Buffer.from(content, 'latin1'));
    await expect(openCheckpoint(path)).rejects.toThrow(
      new InputError(`checkpoint: ${path} is ${what}; give a safetensors or .pth file`),
    );
  });
});
