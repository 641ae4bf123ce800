import { hasImageExtension } from './image-extensions.ts';
import { MAX_CLASSES } from './labels.ts';

/** What a line of a list says, or what is wrong with it. */
export type ListLine = { readonly path: string; readonly label?: number } | { readonly problem: string };

/** The text of a list's line; undefined for a blank line or a comment. */
export function listText(line: string): string | undefined {
  const text = line.trim();
  return text === '' || text.startsWith('#') ? undefined : text;
}

/** Reads one line of a list of pictures; undefined for a blank line or a comment. */
export function parseListLine(line: string): ListLine | undefined {
  const text = listText(line);
  if (text === undefined) return undefined;
  const { path, rest } = splitQuoted(text) ?? splitPlain(text);
  if (path === undefined) return { problem: `the quote that opens ${text} is never closed` };
  if (path === '') return { problem: `no path in '${text}'; write 'path label'` };
  if (rest === '') return { path };
  if (!/^[+-]?\d+$/.test(rest)) {
    return {
      problem: `'${rest}' is not a label; write 'path label' with a class index, and quote a path that holds spaces`,
    };
  }
  const label = Number(rest);
  const problem = labelProblem(label, rest);
  return problem === undefined ? { path, label } : { problem };
}

/** What is wrong with a label written as `text`, if anything. */
export function labelProblem(label: number, text: string): string | undefined {
  return label < 0 || label >= MAX_CLASSES ? `label ${text} is outside 0..${MAX_CLASSES - 1}` : undefined;
}

/** A line whose path stands in quotes. */
export interface QuotedLine {
  /** The path, without them; absent when they are never closed. */
  readonly path?: string;
  /** What comes after it. */
  readonly rest: string;
}

/**
 * Splits a line that begins with a quote: `"a b.jpg" 3` or `"a b.jpg",3`. A doubled quote inside stands for itself, as in CSV.
 *
 * @returns undefined when it begins with none; no path when the quote is never closed
 */
export function splitQuoted(text: string): QuotedLine | undefined {
  const quote = text[0]!;
  if (quote !== '"' && quote !== "'") return undefined;
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
