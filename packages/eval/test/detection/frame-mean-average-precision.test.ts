import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Box, type DetectedBox, frameMeanAveragePrecision, type TruthBox } from '../../src/index.ts';

const LEFT: Box = [0, 0, 0.4, 1];
const RIGHT: Box = [0.6, 0, 1, 1];
const detected = (label: number, score: number, box: Box = LEFT): DetectedBox => ({ box, label, score });
const frames = <T>(...boxes: T[][]) => new Map(boxes.map((own, i) => [`film,${902 + i}`, own]));

describe('frameMeanAveragePrecision', () => {
  it('takes the area under the envelope of precision over recall', () => {
    // By score: right, wrong, right, wrong, of 4 boxes. Envelope 1 up to recall ¼, 2/3 up to ½, nothing beyond.
    const truth = frames<TruthBox>(
      [{ box: LEFT, label: 1 }],
      [{ box: LEFT, label: 1 }],
      [
        { box: LEFT, label: 1 },
        { box: RIGHT, label: 1 },
      ],
    );
    const detections = frames([detected(1, 0.9), detected(1, 0.8, RIGHT)], [detected(1, 0.7), detected(1, 0.6)]);
    expect(frameMeanAveragePrecision({ truth, detections })).toEqual({
      mean: 1 / 4 + 2 / 3 / 4,
      perClass: [{ label: 1, averagePrecision: 1 / 4 + 2 / 3 / 4, boxes: 4, detections: 4, right: 2 }],
      frames: 3,
      unknownFrames: [],
    });
  });

  it('leaves classes without boxes out of the mean, and counts a class without detections as 0', () => {
    const truth = frames<TruthBox>([
      { box: LEFT, label: 2 },
      { box: LEFT, label: 5 },
    ]);
    const detections = frames([detected(2, 0.5), detected(7, 0.9)]);
    const { mean, perClass } = frameMeanAveragePrecision({ truth, detections }, { classes: [7, 5, 2] });
    expect(mean).toBe(0.5);
    expect(perClass.map(({ label, averagePrecision }) => [label, averagePrecision])).toEqual([
      [2, 1],
      [5, 0],
      [7, null],
    ]);
    expect(() => frameMeanAveragePrecision({ truth, detections }, { classes: [7] })).toThrow(
      'frameMeanAveragePrecision: 1 frames of ground truth without a box of the classes asked for; give ground truth that has some',
    );
  });

  it('sends a detection to the box it overlaps most, even where that is taken', () => {
    // The second overlaps the wide box by 0.8 and the narrow one by 0.625: it is a repetition of the first, not the narrow one's finder.
    const wide: Box = [0, 0, 1, 1];
    const truth = frames<TruthBox>([
      { box: wide, label: 1 },
      { box: [0, 0, 0.5, 1], label: 1 },
    ]);
    const detections = frames([detected(1, 0.9, wide), detected(1, 0.8, [0, 0, 0.8, 1])]);
    expect(frameMeanAveragePrecision({ truth, detections }).perClass[0]).toMatchObject({ right: 1, detections: 2 });
  });

  it('finds a box at an overlap of exactly one half', () => {
    const truth = frames<TruthBox>([{ box: [0, 0, 1, 1], label: 1 }]);
    expect(frameMeanAveragePrecision({ truth, detections: frames([detected(1, 1, [0, 0, 0.5, 1])]) }).mean).toBe(1);
    expect(frameMeanAveragePrecision({ truth, detections: frames([detected(1, 1, [0, 0, 0.49, 1])]) }).mean).toBe(0);
    const detections = frames([detected(1, 1, [0, 0, 0.49, 1])]);
    expect(frameMeanAveragePrecision({ truth, detections }, { iou: 0.4 }).mean).toBe(1);
  });

  it('counts the highest scores of a frame over the classes that count, and nothing without area', () => {
    const truth = frames<TruthBox>([
      { box: LEFT, label: 1 },
      { box: LEFT, label: 2 },
    ]);
    const detections = frames([detected(9, 0.9), detected(2, 0.8, [1, 0, 0, 1]), detected(2, 0.7), detected(1, 0.6)]);
    const judge = (detectionsPerFrame: number) =>
      frameMeanAveragePrecision({ truth, detections }, { detectionsPerFrame }).perClass.map((each) => each.detections);
    expect(judge(50)).toEqual([1, 1]);
    expect(judge(2)).toEqual([0, 1]); // the one without area takes a place, the one of class 9 does not
    expect(judge(1)).toEqual([0, 0]);
  });

  it('neither rewards nor punishes difficult boxes', () => {
    const truth = frames<TruthBox>([
      { box: LEFT, label: 1, difficult: true },
      { box: RIGHT, label: 1 },
    ]);
    const detections = frames([detected(1, 0.9), detected(1, 0.8), detected(1, 0.7, RIGHT)]);
    expect(frameMeanAveragePrecision({ truth, detections }).perClass).toEqual([
      { label: 1, averagePrecision: 1, boxes: 1, detections: 1, right: 1 },
    ]);
  });

  it('leaves out excluded and unknown frames, but not those that are there without boxes', () => {
    const truth = frames<TruthBox>([{ box: LEFT, label: 1 }], [{ box: LEFT, label: 1 }], []);
    const detections = frames([detected(1, 0.5)], [detected(1, 0.9, RIGHT)], [detected(1, 0.8)], [detected(1, 1)]);
    const {
      mean,
      frames: counted,
      unknownFrames,
    } = frameMeanAveragePrecision({ truth, detections }, { excluded: new Set(['film,903']) });
    expect(mean).toBe(0.5); // the empty frame's detection stands before the right one
    expect(counted).toBe(2);
    expect(unknownFrames).toEqual(['film,905']);
  });

  it('lets equal scores stand in the order of their frames', () => {
    const truth = frames<TruthBox>([{ box: LEFT, label: 1 }], []);
    const detections = frames([detected(1, 0.5)], [detected(1, 0.5)]);
    expect(frameMeanAveragePrecision({ truth, detections }).mean).toBe(1);
    expect(frameMeanAveragePrecision({ truth, detections: new Map([...detections].reverse()) }).mean).toBe(0.5);
  });

  it('is 1 where each box is found, and falls by no detection of lowest score', () => {
    const someBox = fc
      .tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 3 }))
      .map(([x, y, label]): TruthBox => ({ box: [x, y, x + 1, y + 1], label }));
    const distinct = fc.uniqueArray(someBox, { minLength: 1, maxLength: 12, selector: (each) => JSON.stringify(each) });
    fc.assert(
      fc.property(distinct, (boxes) => {
        const truth = new Map([['film,1', boxes]]);
        const perfect = boxes.map(({ box, label }) => ({ box, label, score: 1 }));
        const wrong = boxes.map(({ label }) => ({ box: [20, 20, 21, 21] as const, label, score: 0 }));
        for (const own of [perfect, [...perfect, ...wrong]]) {
          expect(frameMeanAveragePrecision({ truth, detections: new Map([['film,1', own]]) }).mean).toBeCloseTo(1, 12);
        }
      }),
    );
  });
});
