import { describe, expect, it } from 'vitest';
import type { NoticeFacts } from '../domain/notice.js';
import type { LoggedEvent } from '../domain/event.js';
import { NOTICE_KINDS, type EventLog, type NoticeKind, type NoticeOutcome } from '../domain/ports.js';
import { ManualClock } from '../lib/clock.js';
import { createNoticeHandler } from './handle.js';
import { SAMPLE_NOTICE } from '../../test/support/sample-notice.js';
import { createNoticeTokens } from './token.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const BID_AT_MS = Date.UTC(2026, 10, 20);

const facts: NoticeFacts = { ...SAMPLE_NOTICE, bidId: 'b1', bidAtMs: BID_AT_MS };

const tokens = createNoticeTokens([{ id: 'a', secret: Uint8Array.from({ length: 32 }, (_, i) => i) }]);
const noticeToken = tokens.sign(facts);

function clickToken(landing: string): string {
  return tokens.sign({ ...facts, landing });
}

function setUp(isDiskFull = false) {
  const events: LoggedEvent[] = [];
  const log: EventLog = {
    record: (event) => void events.push(event),
    problem: () => undefined,
    recordMoney: (event) => {
      if (isDiskFull) return Promise.reject(new Error('disk full'));
      events.push(event);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
  const counted: [NoticeKind, NoticeOutcome][] = [];
  const clock = new ManualClock(BID_AT_MS);
  const metrics = {
    notice: (kind: NoticeKind, outcome: NoticeOutcome) => void counted.push([kind, outcome]),
  };
  return { counted, events, clock, handle: createNoticeHandler({ tokens, metrics, events: log, clock }) };
}

describe('the notice handler', () => {
  it.each([
    ['win', 'accepted'],
    ['bill', 'accepted'],
    ['loss', 'accepted'],
    ['impression', 'pixel'],
  ] as const)('answers a genuine %s with %s', async (kind, answer) => {
    const { counted, handle } = setUp();
    expect(await handle({ kind, token: noticeToken, query: 'p=1.2' })).toEqual({ kind: answer });
    expect(counted).toEqual([[kind, 'accepted']]);
  });

  it('leads a click to the page inside the token and to no page named beside it', () => {
    const { counted, handle } = setUp();
    const token = clickToken('https://acme.example/trail?a=1');
    expect(handle({ kind: 'click', token, query: 'to=https://evil.example/' })).toEqual({
      kind: 'redirect',
      location: 'https://acme.example/trail?a=1',
    });
    expect(counted).toEqual([['click', 'accepted']]);
  });

  it.each(NOTICE_KINDS)('refuses a tampered %s and says nothing more', (kind) => {
    const { counted, handle } = setUp();
    const genuine = kind === 'click' ? clickToken('https://acme.example/') : noticeToken;
    const token = (genuine.startsWith('A') ? 'B' : 'A') + genuine.slice(1);
    expect(handle({ kind, token, query: '' })).toEqual({ kind: 'refused' });
    expect(counted).toEqual([[kind, 'refused']]);
  });

  it('refuses a click token as a notice and a notice token as a click', async () => {
    const { counted, handle } = setUp();
    for (const kind of ['win', 'bill', 'loss', 'impression'] as const) {
      expect((await handle({ kind, token: clickToken('https://acme.example/'), query: '' })).kind).toBe(
        'refused',
      );
    }
    expect((await handle({ kind: 'click', token: noticeToken, query: '' })).kind).toBe('refused');
    expect(counted.map(([, outcome]) => outcome)).toEqual(Array(5).fill('refused'));
  });

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'file:///etc/passwd',
    'ftp://acme.example/',
    '//evil.example/',
    '/local',
    '',
    'https://',
  ])('refuses to redirect to %j, signed or not', (landing) => {
    expect(setUp().handle({ kind: 'click', token: clickToken(landing), query: '' })).toEqual({
      kind: 'refused',
    });
  });

  it.each([
    ['https://acme.example/a\r\nset-cookie: x=1', 'https://acme.example/aset-cookie:%20x=1'],
    ['https://bücher.example/weiß?q=ö', 'https://xn--bcher-kva.example/wei%C3%9F?q=%C3%B6'],
    [' https://acme.example/\u0000', 'https://acme.example/'],
  ])('writes the location of %j in plain ASCII without line breaks', (landing, location) => {
    const answer = setUp().handle({ kind: 'click', token: clickToken(landing), query: '' });
    expect(answer).toEqual({ kind: 'redirect', location });
  });

  it('counts what is older than seven days as expired, and still lets the click arrive', async () => {
    const { counted, clock, handle } = setUp();
    const click = clickToken('https://acme.example/');
    clock.advance(7 * DAY_MS);
    await handle({ kind: 'bill', token: noticeToken, query: '' });
    clock.advance(1);
    expect(await handle({ kind: 'bill', token: noticeToken, query: '' })).toEqual({ kind: 'accepted' });
    expect((await handle({ kind: 'click', token: click, query: '' })).kind).toBe('redirect');
    expect(counted.map(([, outcome]) => outcome)).toEqual(['accepted', 'expired', 'expired']);
  });

  it('counts a link to nowhere as refused however old it is', async () => {
    const { counted, clock, handle } = setUp();
    clock.advance(8 * DAY_MS);
    await handle({ kind: 'click', token: clickToken('javascript:alert(1)'), query: '' });
    expect(counted).toEqual([['click', 'refused']]);
  });

  it('writes each genuine notice down, without the page that a click leads to, and no forged one', async () => {
    const { events, clock, handle } = setUp();
    clock.advance(7 * DAY_MS + 1);
    await handle({ kind: 'win', token: noticeToken, query: 'p=1.2' });
    await handle({ kind: 'loss', token: noticeToken, query: 'r=102&m=&p=1.2' });
    await handle({ kind: 'loss', token: noticeToken, query: 'r=${AUCTION_LOSS}' });
    await handle({ kind: 'click', token: clickToken('https://acme.example/?person=7'), query: '' });
    await handle({ kind: 'win', token: `A${noticeToken}`, query: '' });
    const { landing: _landing, test: _test, ...bid } = facts;
    const event = { ...bid, timeMs: clock.nowMs(), outcome: 'expired' };
    expect(events).toEqual([
      { ...event, kind: 'win' },
      { ...event, kind: 'loss', lossCode: 102 },
      { ...event, kind: 'loss' },
      { ...event, kind: 'click' },
    ]);
  });

  it('asks for a win or a billing to be told again when it cannot be written down, and for nothing else', async () => {
    const { handle } = setUp(true);
    const answers = ['win', 'bill', 'loss', 'impression'] as const;
    const kinds = await Promise.all(
      answers.map(async (kind) => (await handle({ kind, token: noticeToken, query: '' })).kind),
    );
    expect(kinds).toEqual(['unavailable', 'unavailable', 'accepted', 'pixel']);
  });
});
