import { z } from 'zod';

/** What a configuration key may hold: the check, and the words for it in help and in errors. */
export interface Kind<T> {
  /** Checks a value and brings it into its normal form; a normal form stays as it is. */
  readonly schema: z.ZodType<T>;
  /** Completes "mask.ratio wants …" in an error. */
  readonly wants: string;
  /** Stands for the value in help; empty for a switch, which takes none. */
  readonly placeholder: string;
  /** How many words its flag takes, one unless said. */
  readonly words?: number;
  /** What stands between the parts of a list when it is typed after a flag, a space unless said. */
  readonly separator?: string;
}

/** The bounds of a number; each may be left out. */
export interface Bounds {
  /** The smallest value allowed. */
  readonly min?: number;
  /** The value must be larger than this. */
  readonly above?: number;
  /** The largest value allowed. */
  readonly max?: number;
  /** The value must be smaller than this. */
  readonly below?: number;
}

/** A whole number, `min` or more. */
export function whole(min = 1): Kind<number> {
  return { schema: z.int().min(min), wants: `a whole number, ${min} or more`, placeholder: 'n' };
}

/** A finite number within bounds. */
export function real(bounds: Bounds): Kind<number> {
  return { schema: realSchema(bounds), wants: `a number ${boundsText(bounds)}`, placeholder: 'x' };
}

/** True or false; on the command line `--name` and `--no-name`. */
export function toggle(): Kind<boolean> {
  return { schema: z.boolean(), wants: 'true or false', placeholder: '' };
}

/** Text that is not empty. */
export function text(placeholder: string): Kind<string> {
  return { schema: z.string().min(1), wants: 'a text', placeholder };
}

/** Text of a form that `pattern` describes and `wants` names. */
export function pattern(form: RegExp, words: Pick<Kind<string>, 'wants' | 'placeholder'>): Kind<string> {
  return { schema: z.string().regex(form), ...words };
}

/** Names that fit into a line of help are written out there. */
const MAX_NAMES = 24;

/** One of some names. */
export function oneOf<const Name extends string>(
  names: readonly [Name, ...Name[]],
  placeholder = names.join('|').length > MAX_NAMES ? 'name' : names.join('|'),
): Kind<Name> {
  return { schema: z.enum(names), wants: `one of ${names.join(', ')}`, placeholder };
}

/** One of some sizes of vision transformer, also by the name of other code: `large`, or `vit_large_patch16_224`. */
export function vitName<const Name extends string>(names: readonly [Name, ...Name[]]): Kind<Name> {
  const { schema, ...words } = oneOf(names);
  const fromLongName = z
    .string()
    .transform((name) => /_([a-z]+)_patch\d/.exec(name)?.[1])
    .pipe(z.enum(names));
  return { schema: z.union([schema, fromLongName]), ...words };
}

/** A height and a width: `224`, `[224, 192]` or `224x192`; its normal form is `[height, width]`. */
export function size(): Kind<readonly [number, number]> {
  const side = z.int().positive();
  const schema = z.union([
    side.transform((n): [number, number] => [n, n]),
    z.tuple([side, side]),
    z
      .string()
      .regex(/^\d{1,6}(x\d{1,6})?$/)
      .transform(fromText)
      .pipe(z.tuple([side, side])),
  ]);
  return { schema, wants: 'a size such as 224 or 224x192 (height x width)', placeholder: 'n|hxw', separator: 'x' };
}

/** Two numbers within bounds. */
export function pair(bounds: Bounds): Kind<readonly [number, number]> {
  const each = realSchema(bounds);
  return { schema: z.tuple([each, each]), wants: `two numbers ${boundsText(bounds)}`, placeholder: 'x x', words: 2 };
}

/** Three numbers within bounds, for red, green and blue. */
export function triple(bounds: Bounds): Kind<readonly [number, number, number]> {
  const each = realSchema(bounds);
  const wants = `three numbers ${boundsText(bounds)}`;
  return { schema: z.tuple([each, each, each]), wants, placeholder: 'r g b', words: 3 };
}

/** One or more numbers within bounds. */
export function numbers(bounds: Bounds): Kind<readonly number[]> {
  const each = realSchema(bounds);
  const schema = z.union([each.transform((x) => [x]), z.array(each).min(1)]);
  return { schema, wants: `numbers ${boundsText(bounds)}`, placeholder: 'x', words: 2 };
}

/** Blocks of an encoder, counted from 1: `6 12`, `auto`, or `none`, whose other form is the empty list. */
export function layers(): Kind<'auto' | 'none' | readonly number[]> {
  const layer = z.int().min(1);
  const schema = z.union([
    z.literal('auto'),
    z.literal('none'),
    layer.transform((n) => [n]),
    z.array(layer).transform((list): 'none' | readonly number[] => (list.length === 0 ? 'none' : list)),
  ]);
  return {
    schema,
    wants: 'layers counted from 1 such as 6 12, or auto, or none',
    placeholder: 'n|auto|none',
    words: 2,
  };
}

/** A distance in training: `500` or `500 steps`, `2 epochs`. */
export function span(): Kind<string> {
  const schema = z.union([
    z
      .int()
      .positive()
      .transform((n) => spanText(n, 'step')),
    z
      .string()
      .regex(/^[1-9]\d{0,14} ?(steps?|epochs?)?$/)
      .transform((words) => spanText(Number.parseInt(words, 10), words.includes('epoch') ? 'epoch' : 'step')),
  ]);
  return { schema, wants: "a distance such as 500, '500 steps' or '2 epochs'", placeholder: 'distance' };
}

/** The same, or the word `word`, such as `off` and `auto`. */
export function or<const Word extends string, T>(word: Word, kind: Kind<T>): Kind<T | Word> {
  // YAML 1.1 readers turn a bare `off` into false.
  const literal = z.union([z.literal(word), z.literal(false).transform(() => word)]);
  const named = word === 'off' ? literal : z.literal(word);
  return {
    ...kind,
    schema: z.union([named, kind.schema]),
    wants: `${kind.wants}, or ${word}`,
    placeholder: `${kind.placeholder}|${word}`,
  };
}

const realSchema = (bounds: Bounds) => z.number().refine((x) => within(x, bounds));

function within(x: number, { min = -Infinity, above = -Infinity, max = Infinity, below = Infinity }: Bounds): boolean {
  return x >= min && x > above && x <= max && x < below;
}

/** `from 0, below 1`. */
function boundsText({ min, above, max, below }: Bounds): string {
  const named = Object.entries({ from: min, above, 'up to': max, below });
  return named.flatMap(([word, bound]) => (bound === undefined ? [] : `${word} ${bound}`)).join(', ');
}

function fromText(words: string): [number, number] {
  const [height, width = height] = words.split('x').map(Number);
  return [height!, width!];
}

const spanText = (n: number, unit: string) => `${n} ${unit}${n === 1 ? '' : 's'}`;
