import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIp, parseIpRange, type IpAddress, type IpRange } from './ip.js';
import { newIpWords, readIpWords } from './ip-words.js';
import { networkSetSteps } from './network-set.js';
import { doAll } from './steps.js';

const range = (text: string) => parseIpRange(text) as IpRange;
const into = newIpWords();

function setOf(networks: readonly string[]) {
  const set = doAll(networkSetSteps(networks.map(range)));
  return { size: set.size, has: (text: string) => readIpWords(text, into) && set.has(into) };
}

/** Bit by bit: the meaning of a prefix. */
function isWithin(address: IpAddress, { version, groups, bits }: IpRange): boolean {
  if (address.version !== version) return false;
  const bit = (of: readonly number[], i: number) => ((of[i >> 4] ?? 0) >> (15 - (i & 15))) & 1;
  for (let i = 0; i < bits; i++) if (bit(address.groups, i) !== bit(groups, i)) return false;
  return true;
}

describe('a set of networks', () => {
  it('knows the first and the last address of each, and nothing beside', () => {
    const set = setOf(['203.0.113.64/26', '2001:db8:1::/48', '198.51.100.7']);
    expect(['203.0.113.64', '203.0.113.127', '198.51.100.7'].map(set.has)).toEqual([true, true, true]);
    expect(['203.0.113.63', '203.0.113.128', '198.51.100.8', '0.0.0.0'].map(set.has)).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(set.has('2001:db8:1:ffff:ffff:ffff:ffff:ffff')).toBe(true);
    expect(set.has('2001:db8:2::')).toBe(false);
  });

  it('leaves out what lies within another network', () => {
    expect(setOf(['10.0.0.0/8', '10.1.0.0/16', '10.0.0.0/8', '::/0', '2001:db8::/32']).size).toBe(2);
  });

  it('is empty, or everything, where that is what it was made of', () => {
    expect(setOf([]).has('192.0.2.1')).toBe(false);
    expect(['0.0.0.0', '255.255.255.255'].map(setOf(['0.0.0.0/0']).has)).toEqual([true, true]);
  });

  it('agrees with a look at each network in turn', () => {
    // Few bits vary, so that networks lie within each other and addresses within networks.
    const address4 = fc
      .tuple(fc.constantFrom(10, 192), fc.nat(3), fc.constantFrom(0, 255), fc.nat(255))
      .map((bytes) => bytes.join('.'));
    const address6 = fc
      .tuple(fc.nat(2), fc.constantFrom(0, 0x8000, 0xffff), fc.nat(2), fc.constantFrom(0, 0xffff))
      .map(([a, b, c, d]) => `2001:db8:${[a, b, c, 0, 1, d].map((group) => group.toString(16)).join(':')}`);
    const address = fc.oneof(address4, address6);
    const network = fc.oneof(
      fc.tuple(address4, fc.integer({ min: 6, max: 32 })),
      fc.tuple(address6, fc.integer({ min: 30, max: 128 })),
    );
    fc.assert(
      fc.property(fc.array(network, { maxLength: 40 }), fc.array(address), (networks, addresses) => {
        const texts = networks.map(([start, bits]) => `${start}/${bits}`);
        const set = setOf(texts);
        for (const text of addresses) {
          const parsed = parseIp(text) as IpAddress;
          expect(set.has(text)).toBe(texts.some((each) => isWithin(parsed, range(each))));
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
