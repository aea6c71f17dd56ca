import { describe, expect, it } from 'vitest';
import { OptionReader } from './option-reader.js';

describe('an option', () => {
  it.each([
    ['90s', 90_000],
    ['500ms', 500],
    ['1.5h', 5_400_000],
    ['7d', 604_800_000],
  ])('%s is a time', (text, ms) => {
    const read = new OptionReader();
    expect(read.time('--for', text, 1, 1e9, 'a time')).toBe(ms);
    expect(read.problems).toEqual([]);
  });

  it.each([
    ['500KB', 500_000],
    ['7', 7],
    ['2GB', 2e9],
  ])('%s is a size', (text, bytes) => {
    expect(new OptionReader().size('--max-bytes', text, 1, 1e12)).toBe(bytes);
  });

  it.each([
    ['25%', 0.25],
    ['0.25', 0.25],
    ['.25', 0.25],
    ['100%', 1],
    ['0', 0],
  ])('%s is a share', (text, share) => {
    expect(new OptionReader().share('--share', text)).toBe(share);
  });

  it('that cannot be used is told with all the others', () => {
    const read = new OptionReader();
    read.number('--rate', 'fast', 1, 10);
    read.number('--rate', '', 0, 10);
    read.whole('--count', '1.5', 1, 10);
    read.seed('--seed', '4294967296');
    read.time('--for', '3d', 1, 1_000, 'a time up to 1s');
    read.time('--for', '9', 1, 1_000, 'a time up to 1s');
    read.size('--max-bytes', '1TB', 1, 1e12);
    read.share('--share', '101%');
    read.oneOf('--by', 'moon', ['request', 'visitor']);
    expect(() => read.end()).toThrow(
      [
        '--rate is "fast" but must be a number from 1 to 10',
        '--rate is "" but must be a number from 0 to 10',
        '--count is "1.5" but must be a whole number from 1 to 10',
        '--seed is "4294967296" but must be a whole number from 0 to 4294967295',
        '--for is "3d" but must be a time up to 1s',
        '--for is "9" but must be a time up to 1s',
        '--max-bytes is "1TB" but must be a size such as 500KB, 100MB or 2GB',
        '--share is "101%" but must be a share such as 0.25 or 25%',
        '--by is "moon" but must be one of request, visitor',
      ].join('\n'),
    );
  });
});
