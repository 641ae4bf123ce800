import { InputError } from '@masked-distill/base';

/** Where a number goes: `{}`, `{:05}`, `{:05d}`, `%d`, `%05d`. */
const PLACE = /\{(?::0?(\d{0,2})d?)?\}|%0?(\d{0,2})d/;

/**
 * The file name of frame `number`, by a template such as `img_{:05}.jpg` or `%05d.png`.
 *
 * @throws InputError when the template has no place for a number, or several
 */
export function frameName(template: string, number: number): string {
  const place = PLACE.exec(template);
  if (place === null || PLACE.test(template.slice(place.index + place[0].length))) {
    throw new InputError(`frames: the template ${template} needs one place for the number, as in img_{:05}.jpg`);
  }
  const digits = String(number).padStart(Number(place[1] || place[2] || 1), '0');
  return template.slice(0, place.index) + digits + template.slice(place.index + place[0].length);
}
