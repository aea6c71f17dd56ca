import { describe, expect, it } from 'vitest';
import { newIpWords, readIpWords } from '../lib/ip-words.js';
import { doAll } from '../lib/steps.js';
import { readNetworkFile } from './network-file.js';

const read = (text: string) => doAll(readNetworkFile(Buffer.from(text), 'lists/x.cidr'));

describe('a list of networks', () => {
  it('has addresses and networks, remarks, empty lines, and the ends of lines of any system', () => {
    const found = read('\uFEFF# remark\r\n203.0.113.0/24 ; cloud\r\n\r\n  2001:db8::/32  \n192.0.2.7');
    expect(found).toMatchObject({ good: true, networks: { size: 3 } });
    const words = newIpWords();
    const has = (text: string) => readIpWords(text, words) && found.good && found.networks.has(words);
    expect(['203.0.113.9', '2001:db8:1::', '192.0.2.7', '192.0.2.8'].map(has)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  it('is refused with its wrong lines, their numbers and what stands there', () => {
    expect(read('203.0.113.0/24\n\n  203.0.113.0/33\nnews.example # no address')).toEqual({
      good: false,
      problems: [
        {
          severity: 'error',
          file: 'lists/x.cidr',
          line: 3,
          column: 3,
          path: '',
          message: 'the line is 203.0.113.0/33 but must be an address or a network such as 203.0.113.0/24',
        },
        expect.objectContaining({ line: 4, column: 1 }),
      ],
    });
  });

  it('is refused when a network is wider than anybody’s', () => {
    const found = read('0.0.0.0/0\n2001::/15\n10.0.0.0/8\n2001::/16');
    expect(found.good ? [] : found.problems.map(({ line }) => line)).toEqual([1, 2]);
    expect(found).toMatchObject({
      problems: [{ message: expect.stringContaining('has a network with /0, which is wider') }, {}],
    });
  });

  it('tells the first twenty wrong lines, and how many more there are', () => {
    const found = read('x\n'.repeat(100));
    expect(found.good ? [] : found.problems).toHaveLength(21);
    expect(found).toMatchObject({
      problems: expect.arrayContaining([expect.objectContaining({ message: 'and 80 more lines are wrong' })]),
    });
  });

  it('may be empty', () => {
    expect(read('')).toMatchObject({ good: true, networks: { size: 0 } });
  });

  it('has so many networks at most', () => {
    const lines = Array.from(
      { length: 500_001 },
      (_, i) => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`,
    );
    expect(read(lines.join('\n'))).toMatchObject({
      good: false,
      problems: [{ message: expect.stringContaining('more than 500000 networks') }],
    });
  });
});
