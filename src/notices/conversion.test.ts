import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LoggedEvent, Touch } from '../domain/event.js';
import { frequencyHash } from '../domain/frequency.js';
import {
  CONVERSION_OUTCOMES,
  SILENT_EVENTS,
  type ConversionCall,
  type ConversionOutcome,
} from '../domain/ports.js';
import { ManualClock } from '../lib/clock.js';
import { createConversionHash } from './conversion-hash.js';
import { createConversionHandler } from './conversion.js';

const NOW_MS = Date.UTC(2026, 10, 21);
const CLICKED = 'hu_glQJa-1z';
const SEEN: readonly Touch[] = [
  { bidId: 'hu_glQJa-1', kind: 'view', atMs: 1 },
  { bidId: 'hu_glQJa-2', kind: 'click', atMs: 2 },
];

function setUp(
  touchesOf: (visitor: string, advertiser: number) => Promise<readonly Touch[]> = async () => SEEN,
) {
  const events: LoggedEvent[] = [];
  const counted: ConversionOutcome[] = [];
  const visitorsRead: string[] = [];
  const handle = createConversionHandler({
    isAdvertiser: (id) => id === 'acme',
    visitorOf: (cookies) => (cookies === '' ? undefined : cookies),
    isLimited: (query) => query.includes('gdpr=1'),
    touchesOf: (visitor, advertiser) => {
      visitorsRead.push(visitor);
      return touchesOf(visitor, advertiser);
    },
    hashOf: createConversionHash([{ id: 'a', secret: Buffer.alloc(32, 7) }]),
    events: { ...SILENT_EVENTS, record: (event) => void events.push(event) },
    metrics: { conversion: (outcome) => void counted.push(outcome) },
    clock: new ManualClock(NOW_MS),
  });
  const send = (query: string, changes: Partial<ConversionCall> = {}) =>
    handle({ advertiser: 'acme', query, cookies: '', isPrivate: false, ...changes });
  return { events, counted, visitorsRead, send };
}

describe('a conversion', () => {
  it('is written with the click that it names, its worth, and a hash of its number', async () => {
    const { events, counted, send } = setUp();
    const query = `click=${CLICKED}&id=jane%40acme.example&action=Sale&value=12.5&currency=usd`;
    expect(await send(query)).toBe('attributed');
    expect(counted).toEqual(['attributed']);
    expect(events).toEqual([
      {
        kind: 'conversion',
        timeMs: NOW_MS,
        exchange: undefined,
        test: undefined,
        advertiser: 'acme',
        conversionHash: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
        action: 'sale',
        valueMicros: 12_500_000,
        currency: 'USD',
        touches: [{ bidId: CLICKED, kind: 'click', atMs: undefined }],
      },
    ]);
    expect(JSON.stringify(events)).not.toContain('jane');
  });

  it('has the same hash for the same number, and another for another number or advertiser', () => {
    const hashOf = createConversionHash([{ id: 'a', secret: Buffer.alloc(32, 7) }]);
    const otherKey = createConversionHash([{ id: 'b', secret: Buffer.alloc(32, 8) }]);
    const hashes = [
      hashOf('acme\n1'),
      hashOf('acme\n1'),
      hashOf('acme\n2'),
      hashOf('shop\n1'),
      otherKey('acme\n1'),
    ];
    expect(new Set(hashes).size).toBe(4);
    expect(hashes[0]).toBe(hashes[1]);
  });

  it('is joined to what the visitor with our cookie saw of this advertiser', async () => {
    const asked: number[] = [];
    const { events, send } = setUp((_visitor, advertiser) => {
      asked.push(advertiser);
      return Promise.resolve(SEEN);
    });
    expect(await send('', { cookies: 'c1' })).toBe('attributed');
    await send(`click=${CLICKED}`, { cookies: 'c1' });
    await send('click=hu_glQJa-2', { cookies: 'c1' });
    expect(asked).toEqual(Array(3).fill(frequencyHash('advertiser', 'acme')));
    expect(events.map((event) => (event.kind === 'conversion' ? event.touches : []))).toEqual([
      SEEN,
      [...SEEN, { bidId: CLICKED, kind: 'click', atMs: undefined }],
      SEEN,
    ]);
  });

  it('reads nothing of a visitor who wishes privacy: only the click counts', async () => {
    const { events, visitorsRead, send } = setUp();
    expect(await send(`click=${CLICKED}`, { cookies: 'c1', isPrivate: true })).toBe('attributed');
    expect(await send('', { cookies: 'c1', isPrivate: true })).toBe('unattributed');
    expect(await send('gdpr=1', { cookies: 'c1' })).toBe('unattributed');
    expect(visitorsRead).toEqual([]);
    expect(events).toHaveLength(3);
  });

  it('is written without what the visitor saw when the store does not answer', async () => {
    const { events, counted, send } = setUp(() => Promise.reject(new Error('gone')));
    expect(await send(`click=${CLICKED}`, { cookies: 'c1' })).toBe('unread');
    expect(counted).toEqual(['unread']);
    expect(events).toMatchObject([{ touches: [{ bidId: CLICKED }] }]);
  });

  it('tells the newest of more touches than a line holds', async () => {
    const many = Array.from({ length: 80 }, (_, i): Touch => ({
      bidId: `hu_glQJa-${i}`,
      kind: 'view',
      atMs: i,
    }));
    const { events, send } = setUp(() => Promise.resolve(many));
    await send('', { cookies: 'c1' });
    expect(events).toMatchObject([{ touches: many.slice(-50) }]);
  });

  it.each(['', 'click=&id=&action=&value=&currency=', 'click=${CLICK_ID}&id=%24%7BORDER%7D', 'currency=USD'])(
    '%j names nothing and is unattributed',
    async (query) => {
      const { events, send } = setUp();
      expect(await send(query)).toBe('unattributed');
      expect(events).toMatchObject([{ touches: [], valueMicros: undefined, currency: undefined }]);
    },
  );

  it.each([
    'click=no%20bid',
    'click=hu_glQJa-',
    `click=${'a'.repeat(99)}-1`,
    `id=${'x'.repeat(257)}`,
    'id=1&id=2',
    'action=buy%20it',
    `action=${'a'.repeat(33)}`,
    'value=12.5',
    'value=-1&currency=USD',
    'value=NaN&currency=USD',
    'value=1e999&currency=USD',
    'value=1000000001&currency=USD',
    'value=12,5&currency=EUR',
    'value=1&currency=dollars',
    'currency=%3Cscript%3E',
  ])('%j is refused and not written', async (query) => {
    const { events, counted, send } = setUp();
    expect(await send(query)).toBe('invalid');
    expect([events, counted]).toEqual([[], ['invalid']]);
  });

  it('of an advertiser that no campaign has is refused and not written', async () => {
    const { events, counted, send } = setUp();
    expect(await send(`click=${CLICKED}`, { advertiser: '__proto__' })).toBe('unknown-advertiser');
    expect([events, counted]).toEqual([[], ['unknown-advertiser']]);
  });

  it('whatever is sent, has one outcome, and is written exactly when it is taken', async () => {
    const value = fc.oneof(fc.string(), fc.constantFrom('USD', '12.5', CLICKED, 'sale', '%', '%00', '${X}'));
    const part = fc.tuple(fc.constantFrom('click', 'id', 'action', 'value', 'currency', 'x'), value);
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 8 }), fc.boolean(), async (parts, isEncoded) => {
        const { events, counted, send } = setUp();
        const query = parts
          .map(([name, text]) => `${name}=${isEncoded ? encodeURIComponent(text) : text}`)
          .join('&');
        const outcome = await send(query);
        expect(CONVERSION_OUTCOMES).toContain(outcome);
        expect(counted).toEqual([outcome]);
        expect(events).toHaveLength(outcome === 'invalid' ? 0 : 1);
      }),
    );
  });
});
