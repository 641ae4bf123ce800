import { InputError } from '@masked-distill/base';

/** @throws InputError for what is no whole number within a range */
export function checkRange(name: string, value: number, range: { who: string; low: number; high: number }): void {
  if (Number.isInteger(value) && value >= range.low && value <= range.high) return;
  throw new InputError(`${range.who}: ${name} is ${value}; give a whole number from ${range.low} to ${range.high}`);
}
