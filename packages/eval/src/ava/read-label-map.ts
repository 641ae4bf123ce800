import { InputError } from '@masked-distill/base';
import { readLines } from './read-lines.ts';

/** A class of a label map. */
export interface LabelMapEntry {
  /** Its number, from 1 on. */
  id: number;
  /** What people call it. */
  name: string;
}

/** A key and its value, a quoted text or a bare word, or the brace that ends an item; anywhere in a line. */
const FIELD = /(\w+)\s*:\s*(?:"([^"]*)"|'([^']*)'|([^\s}]+))|\}/g;

/**
 * Reads the classes that count from a label map, a `.pbtxt` file as AVA publishes it: `item { name: "stand" id: 12 }`, or `label` with
 * `label_id`, over one or several lines.
 *
 * @returns the classes in the file's order
 * @throws InputError when it can't be read, holds no class, or one without a name or with a number that is taken
 */
export async function readLabelMap(path: string): Promise<LabelMapEntry[]> {
  const entries: LabelMapEntry[] = [];
  let item: { id?: string; name?: string } = {};
  for await (const { number, text } of readLines(path, 'labels')) {
    for (const [found, key, double, single, word] of text.replace(/^#.*/, '').matchAll(FIELD)) {
      if (key === 'name') item.name = double ?? single ?? word;
      if (key === 'id' || key === 'label_id') item.id = word;
      if (found !== '}') continue;
      const { name, id = '?' } = item;
      if (name === undefined || !/^[1-9]\d{0,8}$/.test(id) || entries.some((each) => each.id === Number(id))) {
        throw new InputError(
          `labels: ${path} line ${number}: class ${id}, ${name ?? 'no name'}; write name: "…" id: 1 with a number from 1 on, each once`,
        );
      }
      entries.push({ id: Number(id), name });
      item = {};
    }
  }
  if (entries.length > 0) return entries;
  throw new InputError(`labels: ${path} holds no class; write item { name: "…" id: 1 } for each`);
}
