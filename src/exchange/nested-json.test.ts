import { describe, expect, it } from 'vitest';
import { NestedJson } from './nested-json.js';

/** A list of objects of one key each that no other text of this file has. */
function strangeKeys(name: string, count: number): string {
  return `[${Array.from({ length: count }, (_, i) => `{"${name}${i}":1}`).join(',')}]`;
}

const usual = (i: number) =>
  JSON.stringify({
    ver: '1.2',
    assets: [
      { id: 1, required: 1, title: { len: 90 } },
      { id: 2, required: 1, img: { type: 3, wmin: 300 + i, hmin: 200 } },
      { id: 3, data: { type: 2, len: 140 } },
    ],
  });

describe('JSON within a request', () => {
  it('is parsed', () => {
    expect(new NestedJson().parse('{"a":[1]}')).toEqual({ a: [1] });
  });

  it.each(['', '{', 'placeholder', '{"a":undefined}'])('is nothing when it is none: %j', (text) => {
    expect(new NestedJson().parse(text)).toBeUndefined();
  });

  it('is parsed once where it repeats', () => {
    const nested = new NestedJson();
    expect(nested.parse(usual(1))).toBe(nested.parse(usual(1)));
    expect(nested.parse(usual(2))).not.toBe(nested.parse(usual(1)));
  });

  it('may be long where it is quick to parse', () => {
    const nested = new NestedJson();
    const text = JSON.stringify({ a: 'x'.repeat(100_000) });
    expect(nested.parse(text)).toEqual({ a: 'x'.repeat(100_000) });
  });

  it('is refused where it is slow, and so is all that costs more than is left', () => {
    const nested = new NestedJson();
    expect(nested.parse(strangeKeys('a', 2_000))).toBeUndefined();
    expect(nested.parse(usual(1))).toBeUndefined();
    expect(new NestedJson().parse(usual(1))).toBeDefined();
  });

  it('is refused in many small texts as in one large one', () => {
    const nested = new NestedJson();
    const values = Array.from({ length: 100 }, (_, i) => nested.parse(strangeKeys(`k${i}_`, 20)));
    expect(values[0]).toBeDefined();
    expect(values.at(-1)).toBeUndefined();
  });

  it('is refused where it is nested too deep', () => {
    expect(new NestedJson().parse('['.repeat(3_000) + ']'.repeat(3_000))).toBeUndefined();
  });

  it('of a hundred places alike in form is parsed', () => {
    const nested = new NestedJson();
    const values = Array.from({ length: 100 }, (_, i) => nested.parse(usual(i)));
    expect(values.every((value) => value !== undefined)).toBe(true);
  });
});
