import { readFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { clipFrame, probeClipReaders, ReaderNotFound } from '../../src/index.ts';
import { startDeadline } from '../../src/readers/deadline.ts';
import { createFfmpegReader } from '../../src/readers/ffmpeg/ffmpeg-reader.ts';
import { findFfmpeg } from '../../src/readers/ffmpeg/find-ffmpeg.ts';
import { createGate } from '../../src/readers/ffmpeg/gate.ts';
import { runProgram } from '../../src/readers/ffmpeg/run-program.ts';
import { selectExpression } from '../../src/readers/ffmpeg/select-expression.ts';
import { folderOf } from '../support/files.ts';
import { fixture, fixturePath, shownIndex } from '../support/fixtures.ts';

const { available } = (await probeClipReaders()).find(({ name }) => name === 'ffmpeg')!;

/** A program made of a shell script. */
async function script(text: string): Promise<string> {
  const path = join(await folderOf({ program: `#!/bin/sh\n${text}\n` }), 'program');
  await chmod(path, 0o755);
  return path;
}

describe('the expression that selects frames', () => {
  const times = Array.from({ length: 600 }, (_, i) => i * 10);

  it('names each, or where a run of them begins and ends, and lets through what comes after the last', () => {
    expect(selectExpression('pts', { frames: [3], times })).toBe('eq(pts,30)+gt(pts,30)');
    expect(selectExpression('pts', { frames: [1, 2, 3, 7], times })).toBe('between(pts,10,30)+eq(pts,70)+gt(pts,70)');
    expect(selectExpression('n', { frames: [0, 2], times: [0, 1, 2] })).toBe('eq(n,0)+eq(n,2)+gt(n,2)');
  });

  it('takes all from the first on where there are too many pieces for a command line', () => {
    const frames = Array.from({ length: 290 }, (_, i) => 4 + 2 * i);
    expect(selectExpression('pts', { frames, times })).toBe('gte(pts,40)');
  });
});

describe('the programs', () => {
  it('are not there: the name, and how to get them', async () => {
    const error = await findFfmpeg({ ffmpeg: 'no-such-ffmpeg' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ReaderNotFound);
    expect(error).toMatchObject({
      message:
        'ffmpeg reader: there is no program no-such-ffmpeg; install FFmpeg, for example by apt-get install ffmpeg, brew install ffmpeg or winget install ffmpeg',
    });
  });

  it.each([
    ['ffmpeg version 4.4.2-0ubuntu0 Copyright', '4.4.2-0ubuntu0', '-vsync'],
    ['ffmpeg version n5.0 Copyright', 'n5.0', '-vsync'],
    ['ffmpeg version 5.1.9-0+deb12u1 Copyright', '5.1.9-0+deb12u1', '-fps_mode'],
    ['ffmpeg version 8.0 Copyright', '8.0', '-fps_mode'],
    ['ffmpeg version N-120000-g1234567 Copyright', 'N-120000-g1234567', '-fps_mode'],
  ])('%s', async (line, version, frameRateOption) => {
    const program = await script(`echo '${line}'`);
    expect(await findFfmpeg({ ffmpeg: program, ffprobe: program })).toMatchObject({ version, frameRateOption });
  });

  it('are something else', async () => {
    const program = await script('echo hello');
    await expect(findFfmpeg({ ffmpeg: program, ffprobe: program })).rejects.toThrow(
      `ffmpeg reader: ${program} does not tell its version; install FFmpeg`,
    );
  });
});

describe('running a program', () => {
  it('hands over output and messages, and tells how it ended', async () => {
    const deadline = startDeadline(20);
    const output: Buffer[] = [];
    const end = await runProgram(await script('cat; echo one >&2; printf two >&2; exit 3'), {
      args: [],
      deadline,
      input: Buffer.from('in'),
      onOutput: (chunk) => output.push(chunk) > 0,
    });
    deadline.clear();
    expect([Buffer.concat(output).toString(), end]).toEqual([
      'in',
      { code: 3, wasStopped: false, messages: ['one', 'two'] },
    ]);
  });

  it('kills it when the time is up, when its output is enough, and when that makes no sense', async () => {
    const endless = await script('while :; do echo more; done');
    const start = performance.now();
    const short = startDeadline(0.3);
    await expect(runProgram(endless, { args: [], deadline: short, onOutput: () => true })).rejects.toThrow(
      'readVideo: not read within the time limit of 0.3 s',
    );
    const deadline = startDeadline(20);
    expect(await runProgram(endless, { args: [], deadline, onOutput: () => false })).toEqual({
      code: null,
      wasStopped: true,
      messages: [],
    });
    const onOutput = () => {
      throw new Error('nonsense');
    };
    await expect(runProgram(endless, { args: [], deadline, onOutput })).rejects.toThrow('nonsense');
    deadline.clear();
    expect(performance.now() - start).toBeLessThan(15_000);
  });

  it('keeps the last of many messages, and no line without end', async () => {
    const deadline = startDeadline(20);
    const lines: string[] = [];
    const noisy = await script(
      'i=0; while [ $i -lt 20 ]; do echo $i >&2; i=$((i+1)); done; head -c 300000 /dev/zero >&2',
    );
    const { messages } = await runProgram(noisy, {
      args: [],
      deadline,
      onOutput: () => true,
      onMessage: (line) => lines.push(line),
    });
    deadline.clear();
    expect(lines.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, i) => String(i)));
    expect(messages.slice(0, 7)).toEqual(['13', '14', '15', '16', '17', '18', '19']);
    expect(messages[7]!.length).toBeLessThanOrEqual(2 ** 17);
  });
});

describe('the gate', () => {
  it('lets so many through at a time, in their order, whatever becomes of them', async () => {
    const gate = createGate(2);
    let [running, most] = [0, 0];
    const order: number[] = [];
    const work = (i: number) => async () => {
      most = Math.max(most, ++running);
      order.push(i);
      await setTimeout(5);
      running--;
      if (i === 1) throw new Error('one fails');
      return i;
    };
    const outcomes = await Promise.allSettled([0, 1, 2, 3, 4].map((i) => gate(work(i))));
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([true, false, true, true, true]);
    expect([most, running, ...order]).toEqual([2, 0, 0, 1, 2, 3, 4]);
  });
});

describe.skipIf(!available)('reading by ffmpeg (needs it)', () => {
  /** The reader over a program that writes down how it is called, and calls the real one. */
  async function recorded() {
    const folder = await folderOf({});
    const programs = await findFfmpeg();
    const ffmpeg = await script(`echo "$@" >> ${folder}/calls; exec ffmpeg "$@"`);
    const calls = () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
    return { reader: createFfmpegReader({ ...programs, ffmpeg }, {}), calls };
  }

  it('seeks to the key frame before, scales while decoding, and takes what is needed', async () => {
    const { reader, calls } = await recorded();
    const clip = await reader.read(fixture('short-gop.mp4'), { frames: [100, 102], size: [24, 32] });
    expect([0, 1].map((i) => shownIndex(clipFrame(clip, i)))).toEqual([100, 102]);
    // The group of frame 100 begins at frame 96, at 3.84 s.
    expect(calls()).toHaveLength(1);
    expect(calls()[0]).toMatch(
      /-nostdin .*-seek_timestamp 1 -ss 3\.840000 .*-protocol_whitelist file,subfile,pipe -i file:/,
    );
    expect(calls()[0]).toMatch(/select='eq\(pts,\d+\)\+eq\(pts,\d+\)\+gt\(pts,\d+\)',scale=w=32:h=24:flags=bicubic/);
  });

  it('tells of a file in memory that only a file on disk could be read', async () => {
    const { reader } = await recorded();
    const file = readFileSync(fixturePath('short-gop.mp4'));
    // The index stands behind the pictures, out of the reach of FFmpeg's buffer.
    const gap = Buffer.alloc(2 ** 22);
    gap.writeUInt32BE(gap.length);
    gap.write('free', 4);
    const index = file.lastIndexOf('moov') - 4;
    const bytes = Buffer.concat([file.subarray(0, index), gap, file.subarray(index)]);
    await expect(reader.read({ kind: 'bytes', bytes }, { frames: [0] })).rejects.toThrow(
      /; what lies in memory is read from its beginning on, so write it to a file, or use the node-av reader/,
    );
  });

  it('tells of a program that crashes', async () => {
    const crashing = await script('kill -SEGV $$');
    const video = fixture('one-frame.mp4');
    const read = async (programs: { ffmpeg?: string; ffprobe?: string }) =>
      createFfmpegReader({ ...(await findFfmpeg()), ...programs }, {}).read(video, { frames: [0] });
    await expect(read({ ffmpeg: crashing })).rejects.toThrow(
      `readVideo: frame 0 can't be decoded (${crashing} was ended by SIGSEGV); 0 of the 1 frames asked for are sound`,
    );
    await expect(read({ ffprobe: crashing })).rejects.toThrow(`readVideo: ${crashing} was ended by SIGSEGV`);
  });

  it('takes a name for nothing but a name', async () => {
    const names = ['-i; $(touch x) \'a"b.mp4', 'http:x.mp4', '%d.mp4', 'a,b:c=d.mp4'];
    const folder = await folderOf(
      Object.fromEntries(names.map((name) => [name, readFileSync(fixturePath('one-frame.mp4'))])),
    );
    const reader = createFfmpegReader(await findFfmpeg(), {});
    for (const name of names) {
      const clip = await reader.read({ kind: 'file', path: join(folder, name) }, { frames: [0] });
      expect(shownIndex(clipFrame(clip, 0)), name).toBe(0);
    }
  });
});
