import { expect, it } from 'vitest';
import { teacherViews } from '../src/pictures/views.ts';

it('shows of a teacher what the student sees and the patches that it sees alone', () => {
  // 2x3 pixels in patches of 1x1: pixel i holds 10 i + 1, hidden ones 128.
  const picture = (values: readonly number[]) => ({
    data: Uint8Array.from(values.flatMap((value) => [value, value, value])),
    width: 3,
    height: 2,
  });
  const images = {
    original: picture([1, 11, 21, 31, 41, 51]),
    masked: picture([1, 128, 128, 128, 41, 128]),
    reconstructed: picture([1, 7, 7, 7, 41, 7]),
  };
  const mask = {
    visible: Int32Array.of(0, 4),
    extra: Int32Array.of(2, 3),
    masked: Int32Array.of(1, 2, 3, 5),
  };
  const views = teacherViews({ grid: { t: 1, h: 2, w: 3 }, patch: { t: 1, h: 1, w: 1 } });
  expect(views.map(({ title }) => title)).toEqual(['original', 'student sees', 'teacher sees', 'reconstruction']);
  const shown = views.map((view) => [...view.of(images, mask).data].filter((_, i) => i % 3 === 0));
  expect(shown).toEqual([
    [1, 11, 21, 31, 41, 51],
    [1, 128, 128, 128, 41, 128],
    [1, 128, 21, 31, 41, 128],
    [1, 7, 7, 7, 41, 7],
  ]);
});
