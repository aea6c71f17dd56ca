import { describe, expect, it } from 'vitest';
import type { Inventory } from '../domain/bid-request.js';
import type { LoggedEvent } from '../domain/event.js';
import { SILENT_EVENTS } from '../domain/ports.js';
import { decodeBidRequest } from '../exchange/decode.js';
import { ManualClock } from '../lib/clock.js';
import type { Decision } from './path.js';
import { createBidRecorder } from './record-events.js';

const call = { exchange: 'generic', body: new Uint8Array(), receivedMs: 0 };

function recorderOf(sampleShare: number) {
  const events: LoggedEvent[] = [];
  const log = { ...SILENT_EVENTS, record: (event: LoggedEvent) => void events.push(event) };
  return { events, recorder: createBidRecorder(log, sampleShare, new ManualClock(0)) };
}

function noBid(id: string, inventory: Partial<Inventory> = {}): Decision {
  const decoded = decodeBidRequest(
    Buffer.from(JSON.stringify({ id, imp: [{ id: '1', banner: { w: 1, h: 1 } }] })),
  );
  if (decoded.kind !== 'request') throw new Error(decoded.kind);
  const request = { ...decoded.request, inventory: { ...decoded.request.inventory, ...inventory } };
  return { kind: 'no-bid', reason: 'no-match', request };
}

describe('the sample of requests', () => {
  const ids = Array.from({ length: 2_000 }, (_, i) => `request-${i}`);
  const sampled = (share: number) => {
    const { events, recorder } = recorderOf(share);
    for (const id of ids) recorder.decided(call, noBid(id));
    return events.map((event) => (event.kind === 'request' ? event.requestHash : ''));
  };

  it('is the same everywhere, has its share, and a larger one holds the smaller', () => {
    const tenth = sampled(0.1);
    expect(sampled(0.1)).toEqual(tenth);
    expect(tenth.length).toBeGreaterThan(150);
    expect(tenth.length).toBeLessThan(250);
    expect(sampled(0.5)).toEqual(expect.arrayContaining(tenth));
    expect(sampled(0)).toEqual([]);
    expect(new Set(sampled(1)).size).toBe(ids.length);
  });

  it('has every nth of those that could not be read', () => {
    const { events, recorder } = recorderOf(0.25);
    for (let i = 0; i < 4; i++) {
      recorder.decided(call, { kind: 'malformed', why: 'not JSON' });
      recorder.decided(call, { kind: 'no-bid', reason: 'request-too-complex' });
      recorder.unread('generic', 'overload');
      recorder.decided(call, { kind: 'unknown-exchange' });
    }
    expect(events).toMatchObject([
      { outcome: 'malformed' },
      { outcome: 'no-bid', reason: 'request-too-complex' },
      { outcome: 'no-bid', reason: 'overload' },
    ]);
  });
});

describe('an event names the site or the app', () => {
  const told = (inventory: Partial<Inventory>) => {
    const { events, recorder } = recorderOf(1);
    recorder.decided(call, noBid('r', inventory));
    return events[0] as { domain?: string; bundle?: string };
  };

  it.each(['news.example', 'www.sub_1.news.example', 'bücher.example', 'xn--bcher-kva.example'])(
    '%s',
    (domain) => {
      expect(told({ domain }).domain).toBe(domain);
    },
  );

  it.each([
    'news.example/visitor/7',
    'person@news.example',
    '203.0.113.7',
    '[2001:db8::7]',
    '6d92078a-8246-4ba4-ae5b-76104861e7dc',
    'localhost',
    'news.example?user=7',
    `${'a.'.repeat(126)}example`,
  ])('and not %s', (domain) => {
    expect(told({ domain }).domain).toBeUndefined();
  });

  it.each(['com.example.trails', '284910350', 'id284910350', 'b004xyzabc'])('%s', (bundle) => {
    expect(told({ bundle }).bundle).toBe(bundle);
  });

  it.each([
    '6d92078a-8246-4ba4-ae5b-76104861e7dc',
    '203.0.113.7',
    'https://store.example/?u=7',
    'a@b.example',
  ])('and not %s', (bundle) => {
    expect(told({ bundle }).bundle).toBeUndefined();
  });
});
