import { describe, expect, it } from 'vitest';
import type { Explanation } from '../src/bid/explain.js';
import { DIMENSIONS } from '../src/domain/dimensions.js';
import { ManualClock } from '../src/lib/clock.js';
import { checkResponse } from './response-checker.js';
import { readCases, type CaseFile } from './support/case-file.js';
import type { JsonObject } from './support/merge.js';
import { startBidder, type RunningBidder } from './support/running-bidder.js';

const bidCases = readCases('bid');
const noBidCases = readCases('no-bid');

async function withBidder<T>(file: CaseFile, use: (bidder: RunningBidder) => Promise<T>): Promise<T> {
  const bidder = await startBidder(
    {
      campaigns: file.campaigns,
      exchanges: { generic: file.exchange },
      rates: file.rates,
      profiles: file.profiles,
      config: file.config,
    },
    { clock: new ManualClock(file.nowMs) },
  );
  try {
    expect(bidder.app.problems(), 'the configuration of the case').toEqual([]);
    return await use(bidder);
  } finally {
    await bidder.stop();
  }
}

interface Answered {
  readonly status: number;
  readonly nbr: string | null;
  readonly text: string;
  readonly explanation: Explanation;
}

function answer(file: CaseFile): Promise<Answered> {
  return withBidder(file, async (bidder) => {
    const response = await bidder.post('generic', file.body, { ...file.headers });
    const text = await response.text();
    const explained = await bidder.explain('generic', file.body);
    const explanation = (await explained.json()) as Explanation;
    return { status: response.status, nbr: response.headers.get('x-nbr'), text, explanation };
  });
}

/**
 * What an explanation says of each line item: the rule that turned it away, or `bids`. By `campaign/lineItem`, with
 * `@impression` behind it where a request has several.
 */
function verdicts({ impressions }: Explanation): Record<string, string> {
  return Object.fromEntries(
    impressions.flatMap(({ impression, lineItems }) =>
      lineItems.map((item) => {
        const place = impressions.length > 1 ? `@${impression}` : '';
        return [`${item.campaign}/${item.lineItem}${place}`, item.rule ?? item.verdict];
      }),
    ),
  );
}

function bidsOf(response: unknown): JsonObject[] {
  return (response as { seatbid: { bid: JsonObject[] }[] }).seatbid.flatMap((seat) => seat.bid);
}

/** Bid ids and signed links differ from answer to answer; everything else may not. */
function lasting(bids: JsonObject[]): unknown[] {
  return bids.map(({ id: _id, adm: _adm, nurl: _nurl, burl: _burl, lurl: _lurl, ...rest }) => rest);
}

describe('must bid', () => {
  it.each(bidCases.map((file) => [file.name, file.about, file] as const))(
    '%s: %s',
    async (_name, _about, file) => {
      const { status, text, explanation } = await answer(file);
      expect({ status, reason: explanation.reason, verdicts: verdicts(explanation) }).toMatchObject({
        status: 200,
      });
      const response = JSON.parse(text) as JsonObject;
      const creativesMayRepeat = JSON.stringify(file.campaigns).includes('"repeatCreative":true');
      const { body, exchange, rates } = file;
      expect(checkResponse(JSON.parse(body), text, exchange, rates, { creativesMayRepeat })).toEqual([]);
      if (file.expect.bids) expect(bidsOf(response)).toMatchObject(file.expect.bids);
      if (file.expect.bids) expect(bidsOf(response)).toHaveLength(file.expect.bids.length);
      if (file.expect.response) expect(response).toMatchObject(file.expect.response);
      if (file.expect.because) expect(verdicts(explanation)).toMatchObject(file.expect.because);
      expect(lasting(bidsOf(explanation.response))).toEqual(lasting(bidsOf(response)));
    },
  );
});

describe('must not bid', () => {
  it.each(noBidCases.map((file) => [file.name, file.about, file] as const))(
    '%s: %s',
    async (_name, _about, file) => {
      const { status, nbr, text, explanation } = await answer(file);
      expect(text).toBe('');
      expect({ status, reason: explanation.reason }).toEqual({
        status: file.expect.status ?? 204,
        reason: file.expect.noBid,
      });
      expect(nbr).toBe(explanation.nbr === undefined ? null : String(explanation.nbr));
      if (file.expect.because) expect(verdicts(explanation)).toMatchObject(file.expect.because);
    },
  );
});

describe('the cases', () => {
  const all = [...bidCases, ...noBidCases];

  it('show every dimension of targeting, both ways', () => {
    const bid = new Set(bidCases.flatMap((file) => file.dimensions));
    const noBid = new Set(noBidCases.flatMap((file) => file.dimensions));
    expect(DIMENSIONS.filter((dimension) => !bid.has(dimension))).toEqual([]);
    expect(DIMENSIONS.filter((dimension) => !noBid.has(dimension))).toEqual([]);
  });

  it('each expect something that could fail', () => {
    const idle = all.filter(
      ({ expect: { bids, response, noBid, status, because } }) =>
        !(bids ?? response ?? noBid ?? status ?? because),
    );
    expect(idle.map((file) => file.name)).toEqual([]);
  });
});
