import { describe, expect, it } from 'vitest';
import { NOBODY, NoticeDesk } from '../../test/support/notice-desk.js';
import { SAMPLE_NOTICE } from '../../test/support/sample-notice.js';
import type { NoticeFacts } from '../domain/notice.js';
import { RULE_MODES, type RuleMode } from '../domain/rule-mode.js';
import { TRAFFIC_DEFAULT, type ClickPolicy } from '../domain/traffic-policy.js';
import { parseIpRange, type IpRange } from '../lib/ip.js';
import { networkSetSteps } from '../lib/network-set.js';
import { doAll } from '../lib/steps.js';
import { ShownBids } from './shown-bids.js';

const networks = (text: string) => doAll(networkSetSteps([parseIpRange(text) as IpRange]));
const LISTED = [{ file: 'lists/x.cidr', mode: 'on', networks: networks('203.0.113.0/24') }] as const;

/** Nothing but what is named. */
const OFF: ClickPolicy = {
  tooSoonAfterBid: { mode: 'off', withinMs: 300 },
  tooSoonAfterImpression: { mode: 'off', withinMs: 100 },
  repeated: { mode: 'off', withinMs: 1_000 },
  withoutImpression: 'off',
  floods: { mode: 'off', perAddressMax: 3, perUserMax: 2 },
};

function deskWith(clicks: Partial<ClickPolicy>, policy: Partial<NoticeDesk['traffic']> = {}) {
  const desk = new NoticeDesk();
  desk.traffic = { ...TRAFFIC_DEFAULT, crawlers: 'off', ...policy, clicks: { ...OFF, ...clicks } };
  return desk;
}

let bids = 0;

/** A bid of a moment ago, after the desk had opened. */
function newBid(desk: NoticeDesk, changes: Partial<NoticeFacts> = {}): Partial<NoticeFacts> {
  desk.clock.advance(5_000);
  const bidAtMs = desk.clock.nowMs() - 2_000;
  return { bidId: `hu_glQJa-${(bids++).toString(36)}`, bidAtMs, frequencyNames: ['log'], ...changes };
}

async function click(desk: NoticeDesk, facts: Partial<NoticeFacts>) {
  const answer = await desk.send('click', '', { ...facts, landing: 'https://acme.example/trail' });
  expect(answer).toEqual({ kind: 'redirect', location: 'https://acme.example/trail' });
  const event = desk.events.at(-1);
  return event?.kind === 'click' ? (event.why ?? event.outcome) : 'no event';
}

describe('a click that no person makes arrives, is written down, and does not count:', () => {
  it('one on an ad that nobody was shown', async () => {
    const desk = deskWith({ withoutImpression: 'on' });
    const [shown, billed, neither] = [newBid(desk), newBid(desk), newBid(desk)];
    await desk.send('impression', '', shown);
    await desk.send('bill', 'p=1', billed);
    const told = desk.frequency.length;
    expect(await click(desk, shown)).toBe('accepted');
    expect(await click(desk, billed)).toBe('accepted');
    expect(await click(desk, neither)).toBe('not-shown');
    expect(desk.suspect).toEqual(['not-shown on']);
    expect(desk.counted.slice(-3)).toEqual(['click accepted', 'click accepted', 'click suspect']);
    expect(desk.frequency.length - told, 'the visitor’s logs hear of those that count').toBe(2);
  });

  it('but not one on a bid from before this process began, of whose impression it cannot know', async () => {
    const desk = deskWith({ withoutImpression: 'on' });
    expect(await click(desk, newBid(desk, { bidAtMs: SAMPLE_NOTICE.bidAtMs }))).toBe('accepted');
  });

  it('one at once after the impression', async () => {
    const desk = deskWith({ tooSoonAfterImpression: { mode: 'on', withinMs: 100 } });
    const [soon, later, unknown] = [newBid(desk), newBid(desk), newBid(desk)];
    for (const bid of [soon, later]) await desk.send('impression', '', bid);
    desk.clock.advance(99);
    expect(await click(desk, soon)).toBe('just-shown');
    desk.clock.advance(1);
    expect(await click(desk, later)).toBe('accepted');
    expect(await click(desk, unknown)).toBe('accepted');
  });

  it('one of more than so many a minute from an address, whosever they are', async () => {
    const desk = deskWith({ floods: { mode: 'on', perAddressMax: 3, perUserMax: 99 } });
    desk.caller = { ...NOBODY, address: '198.51.100.7' };
    const whys: string[] = [];
    for (let i = 0; i < 5; i++) whys.push(await click(desk, newBid(desk, { frequencyNames: [`log-${i}`] })));
    expect(whys).toEqual(['accepted', 'accepted', 'accepted', 'flood', 'flood']);
    desk.caller = { ...NOBODY, address: '198.51.100.8' };
    expect(await click(desk, newBid(desk))).toBe('accepted');
  });

  it('one of more than so many a minute of a visitor, wherever they come from', async () => {
    const desk = deskWith({ floods: { mode: 'on', perAddressMax: 99, perUserMax: 2 } });
    const whys: string[] = [];
    for (let i = 0; i < 4; i++) {
      desk.caller = { ...NOBODY, address: `198.51.100.${i}` };
      whys.push(await click(desk, newBid(desk)));
    }
    expect(whys).toEqual(['accepted', 'accepted', 'flood', 'flood']);
    expect(await click(desk, newBid(desk, { frequencyNames: [] }))).toBe('accepted');
  });

  it('one of a crawler, and one from a datacentre', async () => {
    const desk = deskWith({}, { crawlers: 'on', addressLists: LISTED });
    desk.caller = { ...NOBODY, userAgent: 'Mozilla/5.0 (compatible; bingbot/2.0)' };
    expect(await click(desk, newBid(desk))).toBe('crawler');
    desk.caller = { ...NOBODY, address: '203.0.113.9' };
    expect(await click(desk, newBid(desk))).toBe('listed-address');
    desk.caller = { ...NOBODY, address: '198.51.100.9', userAgent: 'Mozilla/5.0' };
    expect(await click(desk, newBid(desk))).toBe('accepted');
  });

  it.each(RULE_MODES)('as the rule is set: %s', async (mode: RuleMode) => {
    const desk = deskWith({ repeated: { mode, withinMs: 1_000 } });
    const bid = newBid(desk);
    await click(desk, bid);
    const counts = {
      off: ['accepted', []],
      'dry-run': ['accepted', ['repeated dry-run']],
      on: ['repeated', ['repeated on']],
    };
    expect([await click(desk, bid), desk.suspect]).toEqual(counts[mode]);
  });

  it('for the first rule that is on, with those on trial counted beside it', async () => {
    const desk = deskWith({
      tooSoonAfterBid: { mode: 'dry-run', withinMs: 10_000 },
      withoutImpression: 'on',
      repeated: { mode: 'on', withinMs: 1_000 },
    });
    const bid = newBid(desk);
    await click(desk, bid);
    expect(await click(desk, bid)).toBe('not-shown');
    expect(desk.suspect.slice(-3)).toEqual(['too-fast dry-run', 'not-shown on', 'repeated on']);
  });
});

describe('an impression that is no person’s', () => {
  it('is answered, written down and not counted', async () => {
    const desk = deskWith({}, { crawlers: 'on' });
    desk.caller = { ...NOBODY, userAgent: 'Googlebot/2.1' };
    expect(await desk.send('impression', '', newBid(desk))).toEqual({ kind: 'pixel' });
    expect(desk.events.at(-1)).toMatchObject({ kind: 'impression', outcome: 'suspect', why: 'crawler' });
    expect(desk.counted).toEqual(['impression suspect']);
    expect(desk.frequency).toEqual([]);
  });

  it('but one that is paid for counts as paid, and the metric says what it was', async () => {
    const desk = deskWith({}, { crawlers: 'on' });
    desk.caller = { ...NOBODY, userAgent: 'Googlebot/2.1' };
    await desk.send('impression', 'p=1', newBid(desk, { billing: 'impression' }));
    expect(desk.settled).toHaveLength(1);
    expect(desk.counted).toEqual(['impression accepted']);
    expect(desk.suspect).toEqual(['crawler on']);
  });

  it('is told by the device that a server of the exchange names, not by that server (rule 69)', async () => {
    const desk = deskWith({}, { addressLists: LISTED, notifyingServers: networks('203.0.113.9/32') });
    const server = { ...NOBODY, address: '203.0.113.9', userAgent: 'Go-http-client/1.1' };
    desk.caller = { ...server, deviceAddress: '198.51.100.7' };
    await desk.send('impression', '', newBid(desk));
    desk.caller = { ...server, deviceAddress: '203.0.113.200' };
    await desk.send('impression', '', newBid(desk));
    expect(desk.counted).toEqual(['impression accepted', 'impression suspect']);
  });

  it('is no billing that a server sends from its datacentre', async () => {
    const desk = deskWith({}, { crawlers: 'on', addressLists: LISTED });
    desk.caller = { ...NOBODY, address: '203.0.113.9', userAgent: 'Go-http-client/1.1' };
    await desk.send('bill', 'p=1', newBid(desk));
    expect(desk.suspect).toEqual([]);
  });
});

describe('what this process was told of impressions', () => {
  it('is the newest, and it knows from when on it knows all', () => {
    const shown = new ShownBids(1_000, 2);
    expect([shown.knows(1_000), shown.knows(1_001)]).toEqual([false, true]);
    shown.add('a', 2_000, 0);
    shown.add('a', 2_500, 500);
    shown.add('b', 3_000, 1_000);
    expect([shown.sinceMs('a', 1_000), shown.sinceMs('b', 1_500), shown.sinceMs('c', 0)]).toEqual([
      1_000,
      500,
      undefined,
    ]);
    shown.add('c', 4_000, 2_000);
    expect(shown.sinceMs('a', 2_000)).toBeUndefined();
    expect([shown.knows(2_000), shown.knows(2_001)]).toEqual([false, true]);
  });
});
