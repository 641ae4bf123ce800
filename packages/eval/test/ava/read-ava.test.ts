import { describe, expect, it } from 'vitest';
import { readAvaDetections, readAvaTruth, readExcludedFrames, readLabelMap, readPersonBoxes } from '../../src/index.ts';
import { temporaryFile } from '../temporary-file.ts';

describe('readAvaTruth', () => {
  it('reads boxes with and without a person, and frames without boxes', async () => {
    const path = temporaryFile(
      'gt.csv',
      '\uFEFFfilm,0902,0.1,0.2,0.3,0.4,12,7\r\nfilm,902,0.1,0.2,0.3,0.4,80\n\nfilm,1003',
    );
    const { frames, rows, warnings } = await readAvaTruth(path);
    expect([...frames]).toEqual([
      [
        'film,0902',
        [
          { box: [0.1, 0.2, 0.3, 0.4], label: 12, person: 7 },
          { box: [0.1, 0.2, 0.3, 0.4], label: 80 },
        ],
      ],
      ['film,1003', []],
    ]);
    expect(rows).toBe(2);
    expect(warnings).toEqual([]);
  });

  it('passes over boxes of other classes, whose frames stay', async () => {
    const path = temporaryFile('gt.csv', 'film,902,0,0,1,1,12\nfilm,903,0,0,1,1,13');
    const { frames } = await readAvaTruth(path, { classes: new Set([13]) });
    expect([...frames].map(([frame, boxes]) => [frame, boxes.length])).toEqual([
      ['film,0902', 0],
      ['film,0903', 1],
    ]);
  });

  it('tells of boxes out of the picture and of boxes without area', async () => {
    const path = temporaryFile(
      'gt.csv',
      'a,1,0,0,1,1.0005,3\na,1,0,0,320,240,3\na,2,-0.1,0,1,1,3\na,2,0.5,0,0.5,1,3\n',
    );
    expect((await readAvaTruth(path)).warnings).toEqual([
      `${path}: 2 boxes (the first in line 2) reach out of the picture`,
      `${path}: 1 box (in line 4) has no area: the left side has to be left of the right one, the top above the bottom`,
    ]);
  });

  const columns = 'video,second,x1,y1,x2,y2,action[,person]';
  it.each([
    ['a,1,0,0,1,1', `6 columns; write ${columns}, or video,second alone for a frame without boxes; no header`],
    ['video,second,x1,y1,x2,y2,action', "'second' is no second; write a whole number"],
    ['a,1.5,0,0,1,1,3', "'1.5' is no second; write a whole number"],
    ['a,1,0,x,1,1,3', `'x' in column 4 is no number; write ${columns}`],
    ['a,1,0,,1,1,3', `'' in column 4 is no number; write ${columns}`],
    ['a,1,0,0,1,Infinity,3', `'Infinity' in column 6 is no number; write ${columns}`],
    ['a,1,0,0,1,1,stand', `'stand' in column 7 is no number; write ${columns}`],
    ['a,1,0,0,1,1,1.5', "'1.5' is no action; write its number"],
  ])('names the line of %s', async (row, problem) => {
    const path = temporaryFile('gt.csv', `a,0001,0,0,1,1,3\n\n${row}\n`);
    await expect(readAvaTruth(path)).rejects.toThrow(`ava: ${path} line 3: ${problem}`);
  });

  it('refuses what is no text, has endless lines, or is not there', async () => {
    const binary = temporaryFile('gt.csv', Uint8Array.of(80, 75, 3, 4, 0, 0));
    await expect(readAvaTruth(binary)).rejects.toThrow(`ava: ${binary} is not text; give a .csv or .pbtxt file`);
    const endless = temporaryFile('gt.csv', `a,1\n${'7'.repeat(200_000)}`);
    await expect(readAvaTruth(endless)).rejects.toThrow(
      `ava: ${endless} line 2 has more than 10000 letters; is it a table?`,
    );
    await expect(readAvaTruth('/nowhere.csv')).rejects.toThrow(/^ava: \/nowhere\.csv could not be read \(ENOENT/);
  });
});

describe('readAvaDetections', () => {
  it('keeps the highest scores of each frame among the classes that count', async () => {
    const rows = [0.2, 0.9, 0.4, 0.7].map((score, i) => `film,902,0,0,1,1,${i + 1},${score}`);
    const path = temporaryFile('det.csv', ['film,901', ...rows, ''].join('\n'));
    const { frames, rows: count } = await readAvaDetections(path, {
      classes: new Set([1, 3, 4]),
      detectionsPerFrame: 2,
    });
    expect([...frames]).toEqual([
      [
        'film,0902',
        [
          { box: [0, 0, 1, 1], label: 4, score: 0.7 },
          { box: [0, 0, 1, 1], label: 3, score: 0.4 },
        ],
      ],
    ]);
    expect(count).toBe(4);
  });

  it('counts detections without a score as certain, and says so', async () => {
    const path = temporaryFile('det.csv', 'a,1,0,0,1,1,3\n');
    const { frames, warnings } = await readAvaDetections(path);
    expect(frames.get('a,0001')).toEqual([{ box: [0, 0, 1, 1], label: 3, score: 1 }]);
    expect(warnings).toEqual([`${path}: 1 rows have no score, an eighth column; they count as certain`]);
  });
});

describe('readPersonBoxes', () => {
  it('reads boxes whose scores are high enough, each once, with or without an action', async () => {
    const path = temporaryFile(
      'people.csv',
      [
        ...['film,0902,0.005,0.062,0.402,0.999,,0.996382', 'film,902,0.5,0,1,1,12,0.8', 'film,902,0.5,0,1,1,80,0.9'],
        ...['film,902,0,0,1,1,,0.7999', 'film,903,0,0,1,1, ,0.5', 'film,904'],
      ].join('\r\n'),
    );
    const { frames, rows, warnings } = await readPersonBoxes(path, { minScore: 0.8 });
    expect([...frames]).toEqual([
      [
        'film,0902',
        [
          { box: [0.005, 0.062, 0.402, 0.999], score: 0.996382 },
          { box: [0.5, 0, 1, 1], score: 0.9 },
        ],
      ],
    ]);
    expect(rows).toBe(5);
    expect(warnings).toEqual([]);
    expect([...(await readPersonBoxes(path)).frames.keys()]).toEqual(['film,0902', 'film,0903']);
  });

  it('tells of boxes out of the picture', async () => {
    const path = temporaryFile('people.csv', 'a,1,0,0,1,1,,1\na,1,-0.2,0,1,1,,0\n');
    expect((await readPersonBoxes(path)).warnings).toEqual([`${path}: 1 box (in line 2) reaches out of the picture`]);
  });

  const columns = 'video,second,x1,y1,x2,y2,,score';
  it.each([
    ['a,1,0,0,1,1,3', `7 columns; write ${columns}, or video,second alone for a frame without boxes; no header`],
    ['a,1,0,0,1,1,,', `'' in column 8 is no number; write ${columns}`],
    ['a,1,0,0,1,,,0.9', `'' in column 6 is no number; write ${columns}`],
    ['a,1,0,0,1,1,,1.2', "'1.2' is no score; write it from 0 to 1"],
    ['a,1,0,0,1,1,,-0.1', "'-0.1' is no score; write it from 0 to 1"],
    ['a,1,0,0,1,1,x,0.9', `'x' in column 7 is no number; write ${columns}`],
  ])('names the line of %s', async (row, problem) => {
    const path = temporaryFile('people.csv', `a,0001,0,0,1,1,,0.9\n${row}\n`);
    await expect(readPersonBoxes(path)).rejects.toThrow(`ava: ${path} line 2: ${problem}`);
  });

  it('reads as many rows as one likes, and keeps what counts', async () => {
    const rows = Array.from(
      { length: 48_000 },
      (_, i) => `film,${902 + (i >> 3)},0,0,${(1 + (i % 8)) / 8},1,,${i % 4 ? 0.1 : 0.9}`,
    );
    const { frames, rows: count } = await readPersonBoxes(temporaryFile('people.csv', rows.join('\n')), {
      minScore: 0.8,
    });
    expect(count).toBe(48_000);
    expect(frames.size).toBe(6_000);
    expect(frames.get('film,0902')).toEqual([
      { box: [0, 0, 1 / 8, 1], score: 0.9 },
      { box: [0, 0, 5 / 8, 1], score: 0.9 },
    ]);
  });
});

describe('readExcludedFrames', () => {
  it('reads the frames that do not count', async () => {
    const path = temporaryFile('ts.csv', '0f39OWEqJ24,0903\n_-Z6wFjXtGQ,902\n');
    expect([...(await readExcludedFrames(path))]).toEqual(['0f39OWEqJ24,0903', '_-Z6wFjXtGQ,0902']);
  });

  it('names the line of what is no frame', async () => {
    const path = temporaryFile('ts.csv', 'a,1\na\n');
    await expect(readExcludedFrames(path)).rejects.toThrow(
      `ava: ${path} line 2: 'a' names no frame; write video,second`,
    );
  });
});

describe('readLabelMap', () => {
  it("reads both of AVA's forms, in either order, on one line or several", async () => {
    const path = temporaryFile(
      'map.pbtxt',
      [
        '# classes',
        ...['item {', '  name: "bend/bow (at the waist)"', '  id: 1', '}'],
        ...['label {', '  name: "text on/look at a cellphone"', '  label_id: 3', '  label_type: PERSON_MOVEMENT', '}'],
        `item { id: 12 name: 'stand' } item{name:"sit" id:11}`,
      ].join('\n'),
    );
    expect(await readLabelMap(path)).toEqual([
      { id: 1, name: 'bend/bow (at the waist)' },
      { id: 3, name: 'text on/look at a cellphone' },
      { id: 12, name: 'stand' },
      { id: 11, name: 'sit' },
    ]);
  });

  it.each([
    ['item { name: "a" id: 0 }', 'class 0, a'],
    ['item { name: "a" }', 'class ?, a'],
    ['item { id: 2 }', 'class 2, no name'],
    ['item { name: "a" id: 1 } item { name: "b" id: 1 }', 'class 1, b'],
  ])('refuses %s', async (text, found) => {
    const path = temporaryFile('map.pbtxt', text);
    await expect(readLabelMap(path)).rejects.toThrow(
      `labels: ${path} line 1: ${found}; write name: "…" id: 1 with a number from 1 on, each once`,
    );
  });

  it('refuses a file without classes', async () => {
    const path = temporaryFile('map.pbtxt', 'stand\nsit\n');
    await expect(readLabelMap(path)).rejects.toThrow(
      `labels: ${path} holds no class; write item { name: "…" id: 1 } for each`,
    );
  });
});
