import { InvalidArgumentError } from 'commander';
import { numberIn, wholeNumberIn } from '../lib/option-reader.js';

/** A time as an option's value. @returns milliseconds since the epoch @throws InvalidArgumentError */
export function instant(text: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)
    ? Date.parse(text)
    : NaN;
  if (Number.isNaN(ms)) throw new InvalidArgumentError('Expected a time such as 2026-11-25T12:00:00Z.');
  return ms;
}

/** Reads a number within these bounds as an option's value, and throws an InvalidArgumentError for anything else. */
export function numberOf(min: number, max: number): (text: string) => number {
  return (text) => required(numberIn(text, min, max), `a number from ${min} to ${max}`);
}

export function wholeNumberOf(min: number, max: number): (text: string) => number {
  return (text) => required(wholeNumberIn(text, min, max), `a whole number from ${min} to ${max}`);
}

function required(number: number | undefined, expected: string): number {
  if (number === undefined) throw new InvalidArgumentError(`Expected ${expected}.`);
  return number;
}
