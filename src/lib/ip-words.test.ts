import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIp } from './ip.js';
import { newIpWords, readIpWords } from './ip-words.js';

/** What `parseIp` makes of a text, in words. */
function slowly(text: string): readonly unknown[] | undefined {
  const address = parseIp(text);
  if (!address) return undefined;
  const words = [0, 0, 0, 0];
  for (const [i, group] of address.groups.entries())
    words[i >> 1] = (words[i >> 1] ?? 0) + group * (i % 2 === 0 ? 65_536 : 1);
  return [address.version, ...words];
}

const into = newIpWords();

function quickly(text: string): readonly unknown[] | undefined {
  return readIpWords(text, into) ? [into.version, ...into.words] : undefined;
}

describe('reading an address into words', () => {
  it.each([
    '203.0.113.7',
    '255.255.255.255',
    '01.2.3.4',
    '1.2.3',
    '1.2.3.4.5',
    '1..2.3',
    '2001:db8::1',
    '2001:DB8:0:0:1:2:3:4',
    '::',
    '::1',
    '1::',
    ':1',
    '1:',
    '1:::2',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    '::2:3:4:5:6:7:8',
    '::ffff:192.0.2.1',
    '::ffff:c000:201',
    '64:ff9b::192.0.2.1',
    '12345::',
    '',
    'news.example',
  ])('%j is what parseIp makes of it', (text) => {
    expect(quickly(text)).toEqual(slowly(text));
  });

  it('agrees with parseIp on whatever looks like one', () => {
    const nearly = fc
      .array(fc.constantFrom(...Array.from('0123456789abcF:.'), '::', '255', 'ffff'), { maxLength: 24 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), nearly), (text) => {
        expect(quickly(text)).toEqual(slowly(text));
      }),
      { numRuns: 3_000 },
    );
  });
});
