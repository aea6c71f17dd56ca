import { describe, expect, it } from 'vitest';
import { ipPrefixKey, parseIp, parseIpRange, type IpAddress } from './ip.js';

function address(text: string): IpAddress {
  const parsed = parseIp(text);
  if (!parsed) throw new Error(`not an address: ${text}`);
  return parsed;
}

describe('parseIp', () => {
  it.each([
    ['192.0.2.1', 4, [0xc000, 0x0201]],
    ['::ffff:192.0.2.1', 4, [0xc000, 0x0201]],
    ['::', 6, [0, 0, 0, 0, 0, 0, 0, 0]],
    ['2001:db8::1', 6, [0x2001, 0xdb8, 0, 0, 0, 0, 0, 1]],
    ['1:2:3:4:5:6:7:8', 6, [1, 2, 3, 4, 5, 6, 7, 8]],
    ['2001:DB8::', 6, [0x2001, 0xdb8, 0, 0, 0, 0, 0, 0]],
    ['64:ff9b::192.0.2.33', 6, [0x64, 0xff9b, 0, 0, 0, 0, 0xc000, 0x0221]],
  ])('reads %s', (text, version, groups) => {
    expect(parseIp(text)).toEqual({ version, groups });
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '01.2.3.4',
    '1.2.3.-4',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    'g::1',
    '12345::',
    '1.2.3.4::',
    'x'.repeat(10_000),
  ])('refuses %j', (text) => {
    expect(parseIp(text)).toBeUndefined();
  });
});

describe('ranges and prefix keys', () => {
  it('gives every address of a network the key of the network', () => {
    const network = parseIpRange('203.0.113.0/24');
    expect(network).toEqual({ version: 4, groups: [0xcb00, 0x7100], bits: 24 });
    expect(ipPrefixKey(address('203.0.113.77'), 24)).toBe('4:cb007100/24');
    expect(ipPrefixKey(address('203.0.114.77'), 24)).not.toBe('4:cb007100/24');
    expect(ipPrefixKey(address('2001:db8:1:2:3::9'), 48)).toBe(ipPrefixKey(address('2001:db8:1:ffff::'), 48));
  });

  it('cuts host bits off a range and reads a bare address as the whole prefix', () => {
    expect(parseIpRange('10.1.2.3/8')?.groups).toEqual([0x0a00, 0]);
    expect(parseIpRange('10.1.2.3')?.bits).toBe(32);
    expect(parseIpRange('::1')?.bits).toBe(128);
  });

  it.each(['10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/-1', '10.0.0.0/8/8', '/8'])(
    'refuses %j',
    (text) => {
      expect(parseIpRange(text)).toBeUndefined();
    },
  );
});
