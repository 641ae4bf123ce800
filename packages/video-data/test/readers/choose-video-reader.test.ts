import { describe, expect, it } from 'vitest';
import { createClipReader, ReaderNotFound } from '../../src/index.ts';
import { chooseVideoReader } from '../../src/readers/choose-video-reader.ts';
import type { ReaderCandidate } from '../../src/readers/reader-candidates.ts';
import type { VideoReader } from '../../src/readers/video-reader.ts';

const reader: VideoReader = {
  name: 'b',
  probe: () => Promise.reject(new Error('not asked for')),
  read: () => Promise.reject(new Error('not asked for')),
  close: () => Promise.resolve(),
};
const candidate = (name: string, find: () => Promise<string>) =>
  ({
    name,
    description: '',
    find: async () => ({ detail: await find(), create: () => reader }),
  }) as unknown as ReaderCandidate;
const absent = (name: string) =>
  candidate(name, () =>
    Promise.reject(new ReaderNotFound(name, { reason: 'not installed', remedy: `install ${name}` })),
  );
const there = candidate('b', async () => '1.0');
const choose = (name: string, ...candidates: ReaderCandidate[]) => chooseVideoReader(name, { candidates, limits: {} });

describe('the choice of what decodes video', () => {
  it('takes the first that is there and says why not those before', async () => {
    expect(await choose('auto', absent('a'), there, absent('c'))).toEqual({
      videos: reader,
      choice: 'b: 1.0; not a: not installed',
    });
  });

  it('names the ways out when nothing is there', async () => {
    expect(await choose('auto', absent('a'), absent('c'))).toEqual({
      choice: 'a reader: not installed; install a; or c reader: not installed; install c',
    });
  });

  it('takes what is asked for by name or nothing', async () => {
    expect((await choose('b', absent('a'), there)).choice).toBe('b: 1.0');
    await expect(choose('a', absent('a'), there)).rejects.toThrow('a reader: not installed; install a');
    await expect(choose('x', absent('a'), there)).rejects.toThrow("reader: there is no 'x'; known are auto, a, b");
  });

  it('passes on what is no absence', async () => {
    const broken = candidate('a', () => Promise.reject(new Error('a fault of ours')));
    await expect(choose('auto', broken, there)).rejects.toThrow('a fault of ours');
  });
});

describe('createClipReader', () => {
  it('closes what it is made of', async () => {
    const both = await createClipReader();
    await both.close();
    const frames = { kind: 'frames', folder: '.', template: '{}', first: 0, count: 1 } as const;
    await expect(both.probe(frames)).rejects.toThrow('frames reader: it is closed; make a new one');
    if (both.name === 'frames') return;
    await expect(both.probe({ kind: 'file', path: 'x.mp4' })).rejects.toThrow(
      `${both.name} reader: it is closed; make a new one`,
    );
  });
});
