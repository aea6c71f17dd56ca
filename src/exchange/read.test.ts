import { describe, expect, it } from 'vitest';
import {
  isSet,
  readCount,
  readFlag,
  readInteger,
  readIntegers,
  readLimit,
  readList,
  readNumber,
  readObject,
  readPrice,
  readText,
  readTexts,
} from './read.js';

describe('readText', () => {
  it.each([
    ['abc', 'abc'],
    [' a ', ' a '],
    [42, '42'],
    [10.1, '10.1'],
    [0, '0'],
    ['', undefined],
    [true, undefined],
    [null, undefined],
    [['a'], undefined],
    [{ a: 1 }, undefined],
  ])('reads %j as %j', (value, text) => {
    expect(readText(value)).toBe(text);
  });

  it('refuses numbers whose digits were already lost, so that no id is echoed wrongly', () => {
    expect(readText(JSON.parse('12345678901234567891'))).toBeUndefined();
    expect(readText(Infinity)).toBeUndefined();
  });
});

describe('readNumber', () => {
  it.each([
    [300, 300],
    ['300', 300],
    ['-1.5e2', -150],
    [' 7 ', 7],
    ['1e999', Infinity],
    [JSON.parse('-1e999'), -Infinity],
    ['', undefined],
    [' ', undefined],
    ['0x10', undefined],
    ['Infinity', undefined],
    ['NaN', undefined],
    ['1-1', undefined],
    ['.', undefined],
    ['1'.repeat(33), undefined],
    [true, undefined],
    [[5], undefined],
  ])('reads %j as %j', (value, number) => {
    expect(readNumber(value)).toBe(number);
  });

  it('takes fractions for no integer, and zero for no count', () => {
    expect([readInteger(2.5), readInteger('2'), readInteger(-2), readInteger(1e300)]).toEqual([
      undefined,
      2,
      -2,
      undefined,
    ]);
    expect([readCount(0), readCount(-1), readCount('7')]).toEqual([undefined, undefined, 7]);
  });

  it('reads prices from nothing to a billion', () => {
    expect([readPrice('0.5'), readPrice(1e9), readPrice(0)]).toEqual([0.5, 1e9, 0]);
    expect([readPrice(-0.01), readPrice(1e9 + 1), readPrice(Infinity), readPrice('free')]).toEqual(
      Array(4).fill(undefined),
    );
  });
});

describe('readLimit', () => {
  it('tells what is not told from what cannot be read', () => {
    expect([undefined, null, ''].map((value) => readLimit(value, Infinity))).toEqual([
      Infinity,
      Infinity,
      Infinity,
    ]);
    expect([0, '15', [30], 1.5].map((value) => readLimit(value, 7))).toEqual([0, 15, 30, 1.5]);
    for (const value of [-1, 'long', {}, true, [1, 2], []]) expect(readLimit(value, 7)).toBeUndefined();
  });
});

describe('flags', () => {
  it.each([
    [1, true],
    ['1', true],
    [true, true],
    ['true', true],
    ['TRUE', true],
    [' 1', true],
    ['01', true],
    ['1.0', true],
    [[1], true],
    [2, true],
    [0, false],
    ['0', false],
    [false, false],
    ['false', false],
    [[0], false],
    [null, undefined],
    [undefined, undefined],
  ])('read %j as %j', (value, flag) => {
    expect(readFlag(value)).toBe(flag);
    expect(isSet(value)).toBe(flag === true);
  });

  it.each([[''], ['yes'], [[]], [[null]], [{}], [[1, 0]]])(
    'that are present but unclear restrict: %j',
    (value) => {
      expect(readFlag(value)).toBeUndefined();
      expect(isSet(value)).toBe(true);
    },
  );
});

describe('lists and objects', () => {
  it('take a single value for a list of one', () => {
    expect(readList('a')).toEqual(['a']);
    expect(readTexts('IAB1')).toEqual(['IAB1']);
    expect(readIntegers('4')).toEqual([4]);
    expect(readList(null)).toEqual([]);
  });

  it('leave out what is of another type', () => {
    expect(readTexts(['a', 1, null, {}, '', ['b']])).toEqual(['a', '1']);
    expect(readIntegers([1, '2', 2.5, 'x', null])).toEqual([1, 2]);
  });

  it('take neither a list nor null for an object', () => {
    expect(readObject([])).toBeUndefined();
    expect(readObject(null)).toBeUndefined();
    expect(readObject('{}')).toBeUndefined();
    expect(readObject({})).toEqual({});
  });
});
