import { createRng } from '@masked-distill/base';
import { imageSourceConformance } from '@masked-distill/image-data';
import { describe, expect, it } from 'vitest';
import { type Clip, clipFrame, createProceduralMotionSource, type MotionSpec, renderMotion } from '../../src/index.ts';
import { displacementOf } from '../../src/procedural/motions.ts';
import { accuracy, type Example, nearestClasses } from '../support/classify.ts';
import { motionFeatures } from '../support/motion-features.ts';

const CLASSES = 16;
const CHANCE = 1 / CLASSES;

describe('a source of procedural motion', () => {
  it.each(
    imageSourceConformance(() => createProceduralMotionSource({ length: 30 })).map(
      ({ name, run }) => [name, run] as const,
    ),
  )('%s', (_, run) => run());

  it('names and balances its classes', () => {
    const source = createProceduralMotionSource({ length: 40, seed: 7, size: [32, 48], frames: 20, classes: 12 });
    expect(source.classes!.slice(0, 4)).toEqual(['moves left', 'moves right', 'moves up', 'moves down']);
    expect(new Set(createProceduralMotionSource().classes).size).toBe(CLASSES);
    expect(source.sample(13)).toEqual({
      key: 'motion-13',
      label: 1,
      location: { kind: 'procedural', spec: { seed: 7, size: [32, 48], frames: 20, classes: 12 }, index: 13 },
    });
  });

  it.each([
    [{ classes: 17 }, 'procedural motion: classes is 17; give a whole number from 2 to 16'],
    [{ size: 4 }, 'procedural motion: size is 4; give a whole number from 8 to 2048'],
    [{ size: [48, 4096] as const }, 'procedural motion: size is 4096; give a whole number from 8 to 2048'],
    [{ frames: 1 }, 'procedural motion: frames is 1; give a whole number from 2 to 4096'],
    [{ length: 1.5 }, 'procedural motion: length is 1.5; give a whole number from 1 to 2147483647'],
  ])('refuses %j', (options, message) => {
    expect(() => createProceduralMotionSource(options)).toThrow(message);
  });
});

describe('motions', () => {
  const at = (name: string, way: number, phase = 0) =>
    displacementOf(createProceduralMotionSource().classes!.indexOf(name), { way, phase });
  const still = { right: 0, down: 0, turn: 0, near: 0, swing: 0, pass: 0 };

  it('go where their names say', () => {
    expect(at('moves left', 1)).toEqual({ ...still, right: -0.7 });
    expect(at('moves down', 0.5)).toEqual({ ...still, down: 0.35 });
    expect(at('turns anticlockwise', 1)).toEqual({ ...still, turn: -0.45 });
    expect(at('approaches', 1)).toEqual({ ...still, near: 0.5 });
    // From the right-most point of a circle a quarter turn clockwise leads to the lowest.
    const quarter = at('circles clockwise', 0.25);
    expect([quarter.right, quarter.down]).toEqual([expect.closeTo(-0.17, 12), expect.closeTo(0.17, 12)]);
    // From the ground to the top of the first of two hops, and back.
    expect(at('bounces', 0.25).down).toBeCloseTo(-0.26, 12);
    expect(at('bounces', 0.5).down).toBeCloseTo(0, 12);
  });

  it('are each other played backwards, two by two', () => {
    const names = createProceduralMotionSource().classes!;
    for (let label = 0; label < 12; label++) {
      const phase = names[label]!.startsWith('circles') ? 0.25 : 0;
      const [there, other] = [0.3, 0.3].map((way, i) => displacementOf(label ^ i, { way, phase }));
      const back = displacementOf(label, { way: -0.3, phase });
      for (const part of Object.keys(still) as (keyof typeof still)[]) {
        expect(other![part]).toBeCloseTo(back[part], 12);
        // At the top of its circle the two orbits differ by the direction, and share the way down.
        expect(Math.abs(other![part])).toBeCloseTo(Math.abs(there![part]), 12);
      }
    }
  });
});

describe('renderMotion', () => {
  const spec: MotionSpec = { seed: 1, size: [24, 40], frames: 32, classes: CLASSES };

  it('draws a frame the same whichever others are asked for', () => {
    const clip = renderMotion(spec, 5, { frames: [3, 9, 9, 31] });
    expect([clip.frames, clip.height, clip.width, clip.data.length]).toEqual([4, 24, 40, 4 * 24 * 40 * 3]);
    expect(clipFrame(clip, 2)).toEqual(clipFrame(clip, 1));
    expect(clipFrame(renderMotion(spec, 5, { frames: [31] }), 0)).toEqual(clipFrame(clip, 3));
    const differs = (other: Clip) => other.data.some((value, i) => Math.abs(value - clip.data[i]!) > 40);
    expect(differs(renderMotion(spec, 5 + CLASSES, { frames: [3, 9, 9, 31] }))).toBe(true);
    expect(differs(renderMotion({ ...spec, seed: 2 }, 5, { frames: [3, 9, 9, 31] }))).toBe(true);
  });

  it('starts with the same picture whatever the motion', () => {
    const starts = Array.from({ length: CLASSES }, (_, label) => renderMotion(spec, 3, { frames: [0, 16], label }));
    for (const start of starts) expect(clipFrame(start, 0)).toEqual(clipFrame(starts[0]!, 0));
    const later = new Set(starts.map((start) => clipFrame(start, 1).data.join()));
    expect(later.size).toBe(CLASSES);
  });
});

describe('the class of procedural motion', { timeout: 60_000 }, () => {
  const [KNOWN, ASKED] = [480, 240];
  const spec: MotionSpec = { seed: 5, size: [24, 24], frames: 32, classes: CLASSES };
  const examples = (describeVideo: (index: number) => ArrayLike<number>): Example[] =>
    Array.from({ length: KNOWN + ASKED }, (_, index) => ({ values: describeVideo(index), label: index % CLASSES }));
  const score = (all: readonly Example[]) => {
    const asked = all.slice(KNOWN);
    return accuracy(nearestClasses(all.slice(0, KNOWN), asked), asked);
  };
  // Four standard deviations of a guess: 0.0625 + 4 * sqrt(0.0625 * 0.9375 / 240).
  const GUESSED = CHANCE + 0.0625;

  it.each([
    ['first', 0],
    ['middle', 16],
    ['last', 31],
  ])('is not to be told from the %s frame', (_, frame) => {
    const frames = Array.from(
      { length: KNOWN + ASKED },
      (_, index) => renderMotion(spec, index, { frames: [frame] }).data,
    );
    expect(score(examples((index) => frames[index]!))).toBeLessThan(GUESSED);
    // Mean and spread of each colour, in the whole picture and in its quarters.
    expect(score(examples((index) => statisticsOf(frames[index]!)))).toBeLessThan(GUESSED);
  });

  it('is told by how things move, and by the order of the frames', () => {
    const forwards = Array.from({ length: 16 }, (_, i) => 2 * i);
    const mixed = createRng(0, 'mixed').permutation(16);
    const clips = Array.from({ length: KNOWN + ASKED }, (_, index) => renderMotion(spec, index, { frames: forwards }));
    const known = examples((index) =>
      motionFeatures(
        clips[index]!,
        forwards.map((_, i) => i),
      ),
    );
    const asked = known.splice(KNOWN);
    const guesses = (order: ArrayLike<number>) =>
      nearestClasses(
        known,
        asked.map((_, i) => ({ values: motionFeatures(clips[KNOWN + i]!, order), label: 0 })),
      );
    expect(accuracy(nearestClasses(known, asked), asked)).toBeGreaterThan(0.5);
    expect(accuracy(guesses(mixed), asked)).toBeLessThan(0.2);
    // Backwards, a motion that has an opposite is taken for that.
    const paired = asked.map(({ label }) => label < 12);
    const backwards = guesses(forwards.map((_, i) => 15 - i)).filter((_, i) => paired[i]);
    const turned = asked.filter((_, i) => paired[i]);
    expect(accuracy(backwards, turned, (label) => label ^ 1)).toBeGreaterThan(0.5);
    expect(accuracy(backwards, turned)).toBeLessThan(0.1);
  });
});

/** Mean and mean square of each colour in each quarter of a 24 by 24 picture. */
function statisticsOf(data: Uint8Array): number[] {
  const sums = new Array<number>(24).fill(0);
  data.forEach((value, i) => {
    const pixel = Math.floor(i / 3);
    const quarter = 2 * Math.floor(pixel / 24 / 12) + Math.floor((pixel % 24) / 12);
    sums[quarter * 6 + (i % 3)]! += value;
    sums[quarter * 6 + 3 + (i % 3)]! += value ** 2;
  });
  return sums;
}
