import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { doAll } from './steps.js';
import { TextSetBuilder, type TextSet } from './text-set.js';

function setOf(texts: Iterable<string>): TextSet {
  const builder = new TextSetBuilder();
  for (const text of texts) builder.add(text);
  return doAll(builder.finish());
}

describe('a set of hashed texts', () => {
  it('answers as a Set does', () => {
    const words = fc.string({ maxLength: 6, unit: fc.constantFrom('a', 'b', '.', 'é', '0') });
    fc.assert(
      fc.property(fc.array(words, { maxLength: 400 }), fc.array(words, { maxLength: 50 }), (texts, asked) => {
        const plain = new Set(texts);
        const set = setOf(texts);
        for (const text of [...texts, ...asked]) expect(set.has(text)).toBe(plain.has(text));
        expect(set.size).toBe(texts.length);
      }),
    );
  });

  it('answers as a Set does over chunk ends, and takes no more than 9 bytes an entry', () => {
    const name = (number: number): string => `site-${number}.example`;
    const texts = Array.from({ length: 200_000 }, (_, i) => name(i));
    const set = setOf(texts);
    expect(texts.every((text) => set.has(text))).toBe(true);
    const others = Array.from({ length: 200_000 }, (_, i) => name(200_000 + i));
    expect(others.filter((text) => set.has(text))).toEqual([]);
    expect(set.bytes / set.size).toBeLessThan(9);
  });

  it('is empty of everything when it is empty', () => {
    const set = setOf([]);
    expect(set.has('')).toBe(false);
    expect(set.size).toBe(0);
  });

  it('tells sets of the same texts from others', () => {
    expect(setOf(['a', 'b']).equals(setOf(['b', 'a']))).toBe(true);
    expect(setOf(['a', 'b']).equals(setOf(['a', 'c']))).toBe(false);
    expect(setOf(['a', 'b']).equals(setOf(['a']))).toBe(false);
  });

  it('is laid out in steps, none of them over all entries', () => {
    const builder = new TextSetBuilder();
    for (let i = 0; i < 200_000; i++) builder.add(String(i));
    const steps = builder.finish();
    let count = 0;
    while (!steps.next().done) count++;
    expect(count).toBeGreaterThanOrEqual(8);
    expect(builder.count).toBe(0);
  });
});
