import { hasImageExtension } from './image-extensions.ts';
import { MAX_CLASSES } from './labels.ts';

/** What a line of a list says, or what is wrong with it. */
export type ListLine = { readonly path: string; readonly label?: number } | { readonly problem: string };

/** Reads one line of a list; undefined for a blank line or a comment. */
export function parseListLine(line: string): ListLine | undefined {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return undefined;
  const { path, rest } = text.startsWith('"') || text.startsWith("'") ? splitQuoted(text) : splitPlain(text);
  if (path === undefined) return { problem: `the quote that opens ${text} is never closed` };
  if (path === '') return { problem: `no path in '${text}'; write 'path label'` };
  if (rest === '') return { path };
  if (!/^[+-]?\d+$/.test(rest)) {
    return {
      problem: `'${rest}' is not a label; write 'path label' with a class index, and quote a path that holds spaces`,
    };
  }
  const label = Number(rest);
  if (label < 0 || label >= MAX_CLASSES) return { problem: `label ${rest} is outside 0..${MAX_CLASSES - 1}` };
  return { path, label };
}

/** `"a b.jpg" 3` or `"a b.jpg",3`. A doubled quote inside stands for itself, as in CSV. */
function splitQuoted(text: string): { path?: string; rest: string } {
  const quote = text[0]!;
  let path = '';
  for (let i = 1; i < text.length; i++) {
    if (text[i] !== quote) path += text[i];
    else if (text[i + 1] === quote) path += text[i++];
    else
      return {
        path,
        rest: text
          .slice(i + 1)
          .replace(/^[\s,]+/, '')
          .trim(),
      };
  }
  return { rest: '' };
}

/** The label stands behind the last separator; a line that ends like a picture's name has none. */
function splitPlain(text: string): { path: string; rest: string } {
  const split = /^(.*?)[ \t]*[\s,][ \t]*([^\s,]+)$/.exec(text);
  if (split === null || hasImageExtension(split[2]!)) return { path: text, rest: '' };
  return { path: split[1]!, rest: split[2]! };
}
