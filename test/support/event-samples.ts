import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { LoggedEvent, NoticeEventOutcome, Touch } from '../../src/domain/event.js';
import type { Micros } from '../../src/domain/money.js';
import { encodeEvent } from '../../src/events/encode-event.js';
import { plainName } from '../../src/events/file-name.js';
import { integerBetween, pick, seededRandom, type Random } from '../../src/lib/prng.js';

const START_MS = Date.UTC(2026, 10, 20, 5);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LOSS_CODES = [undefined, 1, 100, 102, 102, 102, 203, 1_200];

const CAMPAIGNS = [
  { advertiser: 'acme', campaign: 'trail', budgetCurrency: 'USD' },
  { advertiser: 'acme', campaign: 'city', budgetCurrency: 'EUR' },
  { advertiser: 'bolt', campaign: "o'neil", budgetCurrency: 'JPY' },
] as const;

type BidLine = Extract<LoggedEvent, { kind: 'bid' }>;

/**
 * Events of some days as bidders would write them, and as networks and full disks leave them: notices told twice, late, not
 * believed, of test traffic and of bids whose line was dropped. The same seed gives the same events.
 */
export function sampleEvents(seed: number, bids: number, days = 6): readonly LoggedEvent[] {
  const random = seededRandom(seed);
  const events: LoggedEvent[] = [];
  const touched: { readonly bid: BidLine; readonly touch: Touch }[] = [];
  for (let i = 0; i < bids; i++) {
    const bid = sampleBid(
      random,
      `h${seed}-${i.toString(36)}`,
      START_MS + Math.floor(random() * days * DAY_MS),
    );
    if (random() < 0.95) events.push(bid);
    if (random() < 0.2) events.push(sampleRequest(random, bid));
    addNotices(random, bid, events, touched);
    if (random() < 0.03) addConversion(random, bid, events, touched);
  }
  return events;
}

function sampleBid(random: Random, bidId: string, timeMs: number): BidLine {
  const bundle = random() < 0.2 ? pick(random, ['com.news', 'com.game']) : undefined;
  const domain = bundle || random() < 0.05 ? undefined : `site${integerBetween(random, 1, 9)}.example`;
  return {
    ...pick(random, CAMPAIGNS),
    kind: 'bid',
    timeMs,
    test: random() < 0.02 || undefined,
    exchange: pick(random, ['generic', 'north']),
    bidId,
    requestHash: '0123456789abcdef',
    lineItem: pick(random, ['main', 'rest']),
    creative: pick(random, ['cr1', 'cr2']),
    priceMicros: integerBetween(random, 100_000, 9_000_000) as Micros,
    currency: pick(random, ['USD', 'EUR']),
    flightDay: new Date(timeMs + 8 * HOUR_MS).toISOString().slice(0, 10),
    // Now and then beyond what a sum of doubles holds exactly.
    reservedMicros: (random() < 0.01 ? 2 ** 52 + 1 : integerBetween(random, 100, 9_000)) as Micros,
    floorMicros: 50_000 as Micros,
    auctionType: 1,
    deal: undefined,
    width: 300,
    height: 250,
    domain,
    bundle,
  };
}

function sampleRequest(random: Random, { timeMs, exchange, domain, bundle, test }: BidLine): LoggedEvent {
  return {
    kind: 'request',
    timeMs,
    exchange,
    test,
    domain,
    bundle,
    sampleShare: pick(random, [0.01, 0.25, 1]),
    requestHash: '0123456789abcdef',
    outcome: 'bid',
    reason: undefined,
    impressions: 1,
    bids: 1,
    durationMs: 3,
  };
}

function addNotices(
  random: Random,
  bid: BidLine,
  events: LoggedEvent[],
  touched: { readonly bid: BidLine; readonly touch: Touch }[],
): void {
  const { requestHash: _r, floorMicros: _f, auctionType: _a, deal: _d, width: _w, height: _h, ...rest } = bid;
  const { domain: _o, bundle: _b, ...facts } = rest;
  const told = (afterMs: number, outcome: NoticeEventOutcome = 'accepted') => ({
    ...facts,
    timeMs: bid.timeMs + integerBetween(random, 1, afterMs),
    bidAtMs: bid.timeMs,
    outcome,
    why: undefined,
  });
  const none = { lossCode: undefined, minToWinMicros: undefined };
  const push = (event: LoggedEvent): void => {
    events.push(event);
    if (random() < 0.1) events.push({ ...event, timeMs: event.timeMs + integerBetween(random, 1, HOUR_MS) });
  };
  const fate = random();
  if (fate < 0.4) {
    const minToWinMicros =
      random() < 0.7 ? ((bid.priceMicros + integerBetween(random, -50_000, 900_000)) as Micros) : undefined;
    push({ ...told(HOUR_MS), kind: 'loss', lossCode: pick(random, LOSS_CODES), minToWinMicros });
  }
  if (fate < 0.38 || fate > 0.8) return;
  const outcome = pick<NoticeEventOutcome>(random, [
    'accepted',
    'accepted',
    'accepted',
    'expired',
    'set-aside',
  ]);
  const billsWin = bid.exchange === 'north';
  const chargeMicros = outcome === 'accepted' ? bid.reservedMicros : undefined;
  push({
    ...told(HOUR_MS, outcome),
    kind: 'win',
    spends: billsWin,
    chargeMicros: billsWin ? chargeMicros : undefined,
  });
  if (random() < 0.7 && !billsWin)
    push({ ...told(3 * DAY_MS, outcome), kind: 'bill', spends: true, chargeMicros });
  if (random() < 0.7) {
    const view = { ...told(HOUR_MS), ...none, kind: 'impression' as const };
    push(view);
    touched.push({ bid, touch: { bidId: bid.bidId, kind: 'view', atMs: view.timeMs } });
  }
  if (random() < 0.15) {
    const click = {
      ...told(HOUR_MS, pick(random, ['accepted', 'accepted', 'suspect'])),
      ...none,
      kind: 'click' as const,
    };
    push(click);
    touched.push({ bid, touch: { bidId: bid.bidId, kind: 'click', atMs: click.timeMs } });
  }
}

function addConversion(
  random: Random,
  { advertiser, test }: BidLine,
  events: LoggedEvent[],
  touched: readonly { readonly bid: BidLine; readonly touch: Touch }[],
): void {
  const own = touched.slice(-1_000).filter(({ bid }) => bid.advertiser === advertiser);
  const touches = Array.from(
    { length: own.length === 0 ? 0 : integerBetween(random, 0, 5) },
    () => pick(random, own).touch,
  );
  if (touches.length > 0 && random() < 0.1)
    touches.push({ bidId: 'gone-1', kind: 'click', atMs: touches[0]?.atMs ?? 0 });
  touches.sort((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0));
  const lastAtMs = touches.at(-1)?.atMs ?? START_MS;
  const last = touches.at(-1);
  if (last?.kind === 'click' && random() < 0.3) touches[touches.length - 1] = { ...last, atMs: undefined };
  const conversion: LoggedEvent = {
    kind: 'conversion',
    timeMs: lastAtMs + integerBetween(random, -HOUR_MS, 2 * DAY_MS),
    exchange: undefined,
    test,
    advertiser,
    conversionHash: random() < 0.8 ? `order-${integerBetween(random, 1, 5_000)}` : undefined,
    action: 'sale',
    ...(random() < 0.7
      ? {
          valueMicros: integerBetween(random, 0, 90_000_001) as Micros,
          currency: pick(random, ['USD', 'EUR']),
        }
      : { valueMicros: undefined, currency: undefined }),
    touches,
  };
  events.push(conversion);
  if (random() < 0.2) events.push({ ...conversion, timeMs: conversion.timeMs + 5 });
}

/** What finds its way into files though it is no event. */
export const DAMAGED_LINES = [
  '{"v":1,"kind":"bill","timeMs":17',
  'garbage',
  '{"v":1,"kind":"bill","timeMs":"yesterday"}',
  '{"v":1,"kind":"future","timeMs":1}',
  '[1,2]',
  '\0\0\0\0',
];

/**
 * Writes events into some files of `DATA_DIR/events`: compressed ones, one in both forms, and a last one that is being written, with
 * half a line at its end. Damaged lines are among the others.
 *
 * @returns how many lines are no events
 */
export function writeEventFiles(dataDir: string, events: readonly LoggedEvent[], files = 5): number {
  const folder = join(dataDir, 'events');
  mkdirSync(folder, { recursive: true });
  const perFile = Math.ceil(events.length / files);
  for (let i = 0; i < files; i++) {
    const path = join(folder, plainName(START_MS + i * HOUR_MS, 100 + i));
    let text = events
      .slice(i * perFile, (i + 1) * perFile)
      .map(encodeEvent)
      .join('');
    if (i === 1) text = `${DAMAGED_LINES.join('\n')}\n${text}`;
    if (i === files - 1) text += '{"v":1,"kind":"bill","time';
    if (i % 2 === 0 && i < files - 1) writeFileSync(`${path}.gz`, gzipSync(text));
    if (i % 2 === 1 || i === files - 1 || i === 0) writeFileSync(path, text);
  }
  writeFileSync(join(folder, `${plainName(START_MS, 7)}.gz.8.tmp`), 'half');
  return DAMAGED_LINES.length + 1;
}
