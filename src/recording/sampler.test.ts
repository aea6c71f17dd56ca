import { describe, expect, it } from 'vitest';
import { syntheticBodies } from '../synthetic/requests.js';
import { createSampler, visitorOf } from './sampler.js';

const BODIES = syntheticBodies(2_000, 1);
const drawn = (by: 'request' | 'visitor', share: number, seed: number): boolean[] =>
  BODIES.map(createSampler(by, share, seed));
const shareOf = (flags: boolean[]): number => flags.filter(Boolean).length / flags.length;

describe('a sample', () => {
  it.each(['request', 'visitor'] as const)('by %s has about the share that was asked for', (by) => {
    expect(shareOf(drawn(by, 0.2, 1))).toBeGreaterThan(0.15);
    expect(shareOf(drawn(by, 0.2, 1))).toBeLessThan(0.25);
    expect(shareOf(drawn(by, 1, 1))).toBe(1);
    expect(drawn(by, 0.2, 1)).toEqual(drawn(by, 0.2, 1));
    expect(drawn(by, 0.2, 1)).not.toEqual(drawn(by, 0.2, 2));
  });

  it('by visitor has all that a visitor sends or nothing', () => {
    const isSampled = createSampler('visitor', 0.3, 1);
    const byVisitor = new Map<string, Set<boolean>>();
    for (const body of BODIES) {
      const visitor = visitorOf(body);
      byVisitor.set(visitor, (byVisitor.get(visitor) ?? new Set()).add(isSampled(body)));
    }
    expect(byVisitor.size).toBeGreaterThan(100);
    expect([...byVisitor.values()].every((answers) => answers.size === 1)).toBe(true);
  });

  it.each([
    ['the device', { device: { ip: '203.0.113.1', ifa: 'a-1' }, user: { id: 'u', buyeruid: 'c' } }, 'a-1'],
    ['our cookie', { device: { ifa: '00000000-0000-0000' }, user: { id: 'u', buyeruid: 'c' } }, 'c'],
    ["the exchange's user", { device: { ip: '203.0.113.1' }, user: { data: [], id: 'u' } }, 'u'],
    ["the user's own id and not one that stands in it", { user: { data: [{ id: 'd' }], id: 'u' } }, 'u'],
    ['no id of an extension', { ext: { ifa: 'x', buyeruid: 'y', ip: 'z' }, device: { ifa: 'a' } }, 'a'],
    ['an id that is a number', { user: { id: 7 } }, '7'],
    ['the address', { device: { ip: '203.0.113.1' } }, '203.0.113.1'],
    ['the newer address', { device: { ipv6: '2001:db8::1' } }, '2001:db8::1'],
    ['nobody', { imp: [{ id: '1' }] }, ''],
  ])('knows visitors by %s', (_about, request, expected) => {
    expect(visitorOf(Buffer.from(JSON.stringify(request)))).toBe(expected);
    expect(visitorOf(Buffer.from(JSON.stringify(request, null, 2)))).toBe(expected);
  });

  it.each(['"ifa"', '"ifa":', '"ifa": "x', '"user"', '"ip":7', ''])('does not fall over %s', (text) => {
    expect(visitorOf(Buffer.from(text))).toBe('');
  });
});
