import { describe, expect, it } from 'vitest';
import { ENCRYPTED, NoticeDesk, PUBLISHED_PRICE, tokens } from '../../test/support/notice-desk.js';
import { SAMPLE_NOTICE } from '../../test/support/sample-notice.js';
import type { LoggedEvent } from '../domain/event.js';
import type { Micros } from '../domain/money.js';
import { BILLING_MODES, type BillingMode, type NoticeFacts } from '../domain/notice.js';
import { NOTICE_KINDS, type NoticeKind } from '../domain/ports.js';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const RESERVED_MICROS = 3_200;
const LANDING = 'https://acme.example/trail';
const click = { landing: LANDING };

/** Which notice spends, by what the exchange's file says. */
const SPENDER: Record<BillingMode, NoticeKind> = { burl: 'bill', impression: 'impression', win: 'win' };
const spenders = BILLING_MODES.map((billing) => [billing, SPENDER[billing]] as const);

function money(events: readonly LoggedEvent[]) {
  return events.flatMap((event) =>
    event.kind === 'win' || event.kind === 'bill'
      ? [[event.kind, event.outcome, event.why, event.spends, event.chargeMicros]]
      : [],
  );
}

describe('a genuine notice', () => {
  it.each([
    ['win', 'accepted'],
    ['bill', 'accepted'],
    ['loss', 'accepted'],
    ['impression', 'pixel'],
  ] as const)('of a %s is answered with %s', async (kind, answer) => {
    const desk = new NoticeDesk();
    expect(await desk.send(kind, 'p=1.2')).toEqual({ kind: answer });
    expect(desk.counted).toEqual([`${kind} accepted`]);
  });

  it('is written down with what it says, without the page that a click leads to and who the visitor was', async () => {
    const desk = new NoticeDesk();
    const facts = { frequencyNames: ['canary-log'] };
    await desk.send('loss', 'r=102&m=4.5&p=', facts);
    await desk.send('loss', 'r=${AUCTION_LOSS}&m=${AUCTION_MIN_TO_WIN}', facts);
    await desk.send('click', '', { ...facts, landing: 'https://acme.example/?canary' });
    const {
      billing: _1,
      budgetRate: _2,
      frequencyNames: _3,
      holdSeconds: _4,
      isForPage: _5,
      landing: _6,
      ...bid
    } = SAMPLE_NOTICE;
    const event = {
      ...bid,
      test: undefined,
      flightDay: '2026-11-20',
      reservedMicros: RESERVED_MICROS,
      timeMs: desk.clock.nowMs(),
      outcome: 'accepted',
      why: undefined,
    };
    expect(desk.events).toEqual([
      { ...event, kind: 'loss', lossCode: 102, minToWinMicros: 4_500_000 },
      { ...event, kind: 'loss', lossCode: undefined, minToWinMicros: undefined },
      { ...event, kind: 'click', lossCode: undefined, minToWinMicros: undefined },
    ]);
    expect(JSON.stringify(desk.events)).not.toContain('canary');
  });

  it('tells who made the bid, and the visitor’s frequency logs', async () => {
    const desk = new NoticeDesk();
    for (const kind of ['win', 'bill', 'impression', 'loss'] as const) {
      await desk.send(kind, '', { frequencyNames: ['log-1', 'log-2'] });
      await desk.send(kind, '', { bidId: `${SAMPLE_NOTICE.bidId}${kind}` });
    }
    await desk.send('click', '', { ...click, frequencyNames: ['log-1'] });
    expect(desk.told.filter(({ bidId }) => bidId === SAMPLE_NOTICE.bidId).map(({ kind }) => kind)).toEqual([
      'won',
      'lost',
    ]);
    expect(desk.frequency.map(({ names, record }) => [names.length, record.kind])).toEqual([
      [2, 'shown'],
      [2, 'shown'],
      [2, 'released'],
      [1, 'clicked'],
    ]);
    expect(new Set(desk.frequency.map(({ record }) => record.campaign)).size).toBe(1);
  });
});

describe('what is not genuine', () => {
  it.each(NOTICE_KINDS)('is refused as a %s, and nothing more is said or done', async (kind) => {
    const desk = new NoticeDesk();
    const genuine = tokens.sign(kind === 'click' ? { ...SAMPLE_NOTICE, ...click } : SAMPLE_NOTICE);
    const token = (genuine.startsWith('A') ? 'B' : 'A') + genuine.slice(1);
    expect(await desk.sendToken(kind, token)).toEqual({ kind: 'refused' });
    expect(desk.counted).toEqual([`${kind} refused`]);
    expect([desk.events, desk.settled, desk.told, desk.frequency]).toEqual([[], [], [], []]);
  });

  it('is refused when the token of a pixel, which pages can read, comes as a win, a billing or a loss', async () => {
    const desk = new NoticeDesk();
    for (const kind of ['win', 'bill', 'loss', 'click'] as const)
      await desk.send(kind, '', { isForPage: true });
    await desk.send('impression', '', { isForPage: false });
    expect(desk.counted).toEqual([
      'win refused',
      'bill refused',
      'loss refused',
      'click refused',
      'impression refused',
    ]);
    expect([desk.events, desk.settled, desk.told]).toEqual([[], [], []]);
  });

  it('is refused when a click token comes as a notice, or a notice token as a click', async () => {
    const desk = new NoticeDesk();
    for (const kind of ['win', 'bill', 'loss', 'impression'] as const) await desk.send(kind, '', click);
    await desk.send('click');
    expect(desk.counted.every((counted) => counted.endsWith('refused'))).toBe(true);
    expect(desk.counted).toHaveLength(5);
    expect(desk.events).toEqual([]);
  });
});

describe('what spends', () => {
  it.each(spenders)('with billing by %s is the %s alone, once', async (billing, spender) => {
    const desk = new NoticeDesk();
    for (const kind of ['win', 'bill', 'impression', 'loss'] as const)
      await desk.send(kind, 'p=1.25', { billing });
    expect(desk.settled).toEqual([
      {
        campaign: SAMPLE_NOTICE.campaign,
        lineItem: SAMPLE_NOTICE.lineItem,
        bidId: SAMPLE_NOTICE.bidId,
        bidAtMs: SAMPLE_NOTICE.bidAtMs,
        flightDay: SAMPLE_NOTICE.flightDay,
        reservedMicros: RESERVED_MICROS,
        chargeMicros: 1_250,
      },
    ]);
    const owed = money(desk.events).filter(([, , , spends]) => spends);
    expect(owed).toEqual([[spender === 'win' ? 'win' : 'bill', 'accepted', undefined, true, 1_250]]);
    expect(desk.events.filter(({ kind }) => kind === 'impression')).toHaveLength(1);
  });

  it('is converted into the currency of the budget, rounded to the micro', async () => {
    const desk = new NoticeDesk();
    await desk.send('bill', 'p=1.0005', { budgetCurrency: 'CNY', budgetRate: 7.1234 });
    expect(desk.settled).toMatchObject([{ chargeMicros: 7_127, reservedMicros: 22_795 }]);
  });

  it.each(['', 'p=', 'p=${AUCTION_PRICE}', 'p=%24%7BAUCTION_PRICE%7D&c=EUR'])(
    'costs what was bid when %j tells no price',
    async (query) => {
      const desk = new NoticeDesk();
      await desk.send('bill', query);
      expect(desk.settled).toMatchObject([{ chargeMicros: RESERVED_MICROS }]);
      expect(money(desk.events)).toEqual([['bill', 'accepted', 'price-not-told', true, RESERVED_MICROS]]);
    },
  );

  it.each(spenders)('costs nothing in a review, with billing by %s', async (billing, kind) => {
    const desk = new NoticeDesk();
    await desk.send(kind, 'p=AUDIT', { billing, frequencyNames: ['log'] });
    await desk.send('impression', 'p=AUDIT', { billing, frequencyNames: ['log'] });
    expect([desk.settled, desk.told, desk.frequency]).toEqual([[], [], []]);
    expect(desk.events.length).toBeGreaterThan(0);
    for (const event of desk.events) expect(event).toMatchObject({ outcome: 'accepted', why: 'audit' });
  });

  it.each(spenders)('is never test traffic, with billing by %s', async (billing, kind) => {
    const desk = new NoticeDesk();
    await desk.send(kind, 'p=1', { billing, test: true });
    expect(desk.settled).toEqual([]);
    expect(money(desk.events)).toMatchObject([[expect.any(String), 'accepted', undefined, false, undefined]]);
  });

  it('is read with the exchange’s cipher', async () => {
    const desk = new NoticeDesk({ price: ENCRYPTED });
    await desk.send('bill', `p=${PUBLISHED_PRICE}`);
    expect(desk.settled).toMatchObject([{ chargeMicros: 1_200 }]);
  });

  it('is read as plain text when the file of its exchange is gone', async () => {
    const desk = new NoticeDesk({ price: ENCRYPTED });
    await desk.send('bill', 'p=1.5', { exchange: 'gone' });
    expect(desk.settled).toMatchObject([{ chargeMicros: 1_500 }]);
  });
});

describe('a price that cannot be believed', () => {
  it.each([
    ['p=-1', 'negative'],
    ['p=NaN', 'bad-number'],
    ['p=3.3', 'above-bid'],
    ['p=1&c=EUR', 'other-currency'],
  ] as const)('%s is set aside, answered as usual, counted and never booked', async (query, reason) => {
    for (const [billing, kind] of spenders) {
      const desk = new NoticeDesk();
      expect(await desk.send(kind, query, { billing })).toEqual({
        kind: kind === 'impression' ? 'pixel' : 'accepted',
      });
      expect(desk.counted).toEqual([`${kind} set-aside`]);
      expect(desk.setAside).toEqual([reason]);
      expect(desk.settled).toEqual([]);
      expect(money(desk.events)).toMatchObject([[expect.any(String), 'set-aside', reason, false, undefined]]);
    }
  });

  it('lets the correct notice come after it', async () => {
    const desk = new NoticeDesk({ price: ENCRYPTED });
    await desk.send('bill', 'p=0.01');
    await desk.send('bill', `p=${PUBLISHED_PRICE}`);
    expect(desk.setAside).toEqual(['bad-ciphertext']);
    expect(desk.settled).toMatchObject([{ chargeMicros: 1_200 }]);
  });

  it('does not matter where nothing is spent', async () => {
    const desk = new NoticeDesk();
    await desk.send('win', 'p=-1');
    await desk.send('loss', 'p=99');
    expect(desk.counted).toEqual(['win accepted', 'loss accepted']);
  });
});

describe('the age of a notice', () => {
  it.each([
    [60, DAY_MS],
    [300, 5 * DAY_MS],
    [1_800, 7 * DAY_MS],
    [86_400, 7 * DAY_MS],
  ])('is taken, where %i seconds are usual, up to %i ms', async (holdSeconds, ageMs) => {
    const desk = new NoticeDesk();
    desk.clock.advance(ageMs - 10_000);
    await desk.send('bill', 'p=1', { holdSeconds });
    desk.clock.advance(1);
    expect(await desk.send('bill', 'p=1', { holdSeconds, bidId: 'hu_glQJa-2' })).toEqual({
      kind: 'accepted',
    });
    expect(desk.counted).toEqual(['bill expired', 'bill accepted'].reverse());
    expect(desk.settled).toHaveLength(1);
    expect(money(desk.events)[1]).toEqual(['bill', 'expired', undefined, false, undefined]);
  });

  it('does not keep a click from arriving, but from counting', async () => {
    const desk = new NoticeDesk();
    desk.clock.advance(8 * DAY_MS);
    expect(await desk.send('click', '', { ...click, frequencyNames: ['log'] })).toEqual({
      kind: 'redirect',
      location: LANDING,
    });
    expect(desk.counted).toEqual(['click expired']);
    expect(desk.frequency).toEqual([]);
  });

  it('is measured, and late when the money of the bid had been released', async () => {
    const desk = new NoticeDesk();
    await desk.send('bill', 'p=1');
    desk.clock.advance(110_000);
    await desk.send('bill', 'p=1', { bidId: 'hu_glQJa-2' });
    desk.clock.advance(1);
    await desk.send('bill', 'p=1', { bidId: 'hu_glQJa-3' });
    expect(desk.billed).toEqual([
      { delayMs: 10_000, isLate: false },
      { delayMs: 120_000, isLate: false },
      { delayMs: 120_001, isLate: true },
    ]);
    expect(desk.settled).toHaveLength(3);
  });

  it('below zero, since clocks differ or jump, is as good as none', async () => {
    const desk = new NoticeDesk();
    const bidAtMs = desk.clock.nowMs() + HOUR_MS;
    await desk.send('bill', 'p=1', { bidAtMs });
    await desk.send('click', '', { ...click, bidAtMs });
    expect(desk.counted).toEqual(['bill accepted', 'click accepted']);
    expect(desk.billed).toEqual([{ delayMs: 0, isLate: false }]);
  });
});

describe('a repeated notice', () => {
  it.each(spenders)(
    'with billing by %s books once in a thousand, with one line and one answer',
    async (billing, kind) => {
      const desk = new NoticeDesk();
      const atOnce = await Promise.all(
        Array.from({ length: 500 }, () => desk.send(kind, 'p=1', { billing })),
      );
      const later = await Promise.all(Array.from({ length: 500 }, () => desk.send(kind, 'p=1', { billing })));
      expect(new Set([...atOnce, ...later].map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect(desk.settled).toHaveLength(1);
      expect(money(desk.events)).toHaveLength(1);
      expect(desk.counted.filter((counted) => counted === `${kind} accepted`)).toHaveLength(1);
      expect(desk.counted.filter((counted) => counted === `${kind} duplicate`)).toHaveLength(999);
    },
  );

  it('that another process or an earlier life has booked is a duplicate', async () => {
    const desk = new NoticeDesk();
    desk.ledgerSays = 'duplicate';
    expect(await desk.send('bill', 'p=2')).toEqual({ kind: 'accepted' });
    expect(desk.counted).toEqual(['bill duplicate']);
    expect(desk.billed).toEqual([]);
  });
});

describe('a notice that cannot be written down', () => {
  it('is asked to come again when it is a win or a billing, and books nothing', async () => {
    const desk = new NoticeDesk();
    desk.isDiskFull = true;
    const kinds = ['win', 'bill', 'loss', 'impression'] as const;
    const answers: string[] = [];
    for (const kind of kinds) answers.push((await desk.send(kind)).kind);
    expect(answers).toEqual(['unavailable', 'unavailable', 'accepted', 'pixel']);
    expect(desk.counted.slice(0, 2)).toEqual(['win unavailable', 'bill unavailable']);
    expect([desk.settled, desk.told.map(({ kind }) => kind)]).toEqual([[], ['lost']]);
  });

  it.each(spenders)(
    'gets a try of its own when it comes again, with billing by %s',
    async (billing, kind) => {
      const desk = new NoticeDesk();
      desk.isDiskFull = true;
      const failed = await Promise.all([
        desk.send(kind, 'p=1', { billing }),
        desk.send(kind, 'p=1', { billing }),
      ]);
      expect(failed.map((answer) => answer.kind)).toEqual(['unavailable', 'unavailable']);
      desk.isDiskFull = false;
      expect((await desk.send(kind, 'p=1', { billing })).kind).not.toBe('unavailable');
      expect(desk.settled).toHaveLength(1);
      expect(desk.counted).toEqual([`${kind} unavailable`, `${kind} unavailable`, `${kind} accepted`]);
    },
  );
});

describe('what is said of a billing that is on disk but not booked', () => {
  it('is yes where the disk is enough', async () => {
    const desk = new NoticeDesk({ acknowledge: 'disk' });
    desk.ledgerSays = 'later';
    expect(await desk.send('bill', 'p=1')).toEqual({ kind: 'accepted' });
    expect(desk.counted).toEqual(['bill accepted']);
  });

  it('is 503 where it must be booked, until it is', async () => {
    const desk = new NoticeDesk({ acknowledge: 'redis' });
    desk.ledgerSays = 'later';
    expect(await desk.send('bill', 'p=1')).toEqual({ kind: 'unavailable' });
    desk.ledgerSays = 'booked';
    expect(await desk.send('bill', 'p=1')).toEqual({ kind: 'accepted' });
    expect(await desk.send('bill', 'p=1')).toEqual({ kind: 'accepted' });
    expect(desk.counted).toEqual(['bill unavailable', 'bill accepted', 'bill duplicate']);
    expect(desk.settled).toHaveLength(2);
  });
});

describe('a click', () => {
  it('leads to the page inside the token, with its id, and to no page named beside it', async () => {
    const desk = new NoticeDesk();
    const landing = `${LANDING}?a=1&click=\${CLICK_ID}`;
    expect(await desk.send('click', 'to=https://evil.example/&click=other', { landing })).toEqual({
      kind: 'redirect',
      location: `${LANDING}?a=1&click=${SAMPLE_NOTICE.bidId}`,
    });
    expect(desk.counted).toEqual(['click accepted']);
  });

  it('that leads to no page of the web is refused, however old it is', async () => {
    const desk = new NoticeDesk();
    desk.clock.advance(8 * DAY_MS);
    expect(await desk.send('click', '', { landing: 'javascript:alert(1)' })).toEqual({ kind: 'refused' });
    expect(desk.counted).toEqual(['click refused']);
    expect(desk.events).toEqual([]);
  });

  it('arrives but is suspect when nobody clicks so fast, or when it is repeated at once', async () => {
    const desk = new NoticeDesk();
    const facts: Partial<NoticeFacts> = { ...click, frequencyNames: ['log'] };
    const at = async (afterMs: number, changes: Partial<NoticeFacts> = {}) => {
      desk.clock.advance(afterMs);
      return (await desk.send('click', '', { ...facts, ...changes })).kind;
    };
    const answers = [
      await at(0),
      await at(999),
      await at(999),
      await at(1_000),
      await at(0, { bidId: 'hu_glQJa-2' }),
      await at(0, { bidId: 'hu_glQJa-3', bidAtMs: desk.clock.nowMs() - 299 }),
      await at(0, { bidId: 'hu_glQJa-4', bidAtMs: desk.clock.nowMs() - 300 }),
    ];
    expect(new Set(answers)).toEqual(new Set(['redirect']));
    expect(desk.events.map((event) => ('why' in event ? event.why : undefined))).toEqual([
      undefined,
      'repeated',
      'repeated',
      undefined,
      undefined,
      'too-fast',
      undefined,
    ]);
    expect(desk.counted.filter((counted) => counted === 'click suspect')).toHaveLength(3);
    expect(desk.frequency).toHaveLength(4);
  });
});

describe('amounts', () => {
  it('are never booked above what was reserved, though a rate makes rounding of them', async () => {
    const desk = new NoticeDesk();
    await desk.send('bill', 'p=0.000501', { priceMicros: 500 as Micros, budgetRate: 1 });
    expect(desk.settled).toMatchObject([{ chargeMicros: 1, reservedMicros: 1 }]);
  });
});
