import { AnswerReserve } from '../../src/bid/answer-reserve.js';
import type { BidEnvironment } from '../../src/bid/environment.js';
import { scratchKeeper } from '../../src/bid/environment.js';
import { decide, type Decision } from '../../src/bid/path.js';
import { createResponseSizes } from '../../src/bid/respond.js';
import { buildSnapshot } from '../../src/bid/snapshot.js';
import type { Campaign } from '../../src/domain/campaign.js';
import type { Catalog } from '../../src/domain/catalog.js';
import type { CampaignId, CreativeId, LineItemId } from '../../src/domain/ids.js';
import { microsFromUnits, USD, type Currency } from '../../src/domain/money.js';
import { SILENT_FREQUENCY } from '../../src/domain/frequency.js';
import { SILENT_METRICS } from '../../src/domain/ports.js';
import { systemClock } from '../../src/lib/clock.js';
import { DayNumbers } from '../../src/lib/day-numbers.js';
import { integerBetween, seededRandom } from '../../src/lib/prng.js';
import { createNoticeTokens } from '../../src/notices/token.js';
import { readDirectly } from '../../src/profile/direct-reader.js';
import { createEmbeddedStore } from '../../src/profile/embedded-store.js';
import { openGeoLocator } from '../../src/profile/geo.js';
import { createProfileLookup, type ProfileLookup } from '../../src/profile/lookup.js';
import { unlimitedSpending } from '../../src/bid/unlimited-spending.js';
import { appRequest, siteRequest } from '../../test/support/sample-requests.js';
import { CREATIVE, EXCHANGE } from './exchange.js';
import { seededLineItems } from './targeting.js';
import { PRIVACY_DEFAULT } from '../../src/domain/privacy-policy.js';
import { SUPPLY_DEFAULT } from '../../src/domain/supply-policy.js';
import { TRAFFIC_DEFAULT } from '../../src/domain/traffic-policy.js';
import { createPrivacyGate } from '../../src/privacy/gate.js';
import { createSupplyGate } from '../../src/supply/gate.js';
import { createTrafficGate } from '../../src/traffic/gate.js';

const PUBLIC_URL = 'https://bid.example';

/**
 * From the bytes of a request to the bytes of its answer, without HTTP: decode, admit, profile, match, price, sign and
 * encode. One app request that gets a bid, one site request, and an invalid one.
 */
export function pathTasks(): { name: string; run: () => Promise<number> }[] {
  const bodies = {
    'app request': Buffer.from(JSON.stringify(appRequest())),
    'site request': Buffer.from(JSON.stringify(siteRequest())),
  };
  return [10, 1000, 10_000].flatMap((size) => {
    const env = environment(seededCatalog(size), strangersOnly());
    return Object.entries(bodies).map(([name, body]) => ({
      name: `whole path, ${name} of ${body.length} bytes, ${size} line items`,
      run: () => answerLength(env, body),
    }));
  });
}

/** A decision to bid, as the whole path makes it. */
export function decideOnAppRequest(): Promise<Decision> {
  const env = environment(seededCatalog(1000), strangersOnly());
  const body = Buffer.from(JSON.stringify(appRequest()));
  return decide(env, { exchange: EXCHANGE.id, body, receivedMs: env.clock.monotonicMs() });
}

export function strangersOnly(): ProfileLookup {
  return createProfileLookup(readDirectly(createEmbeddedStore()), SILENT_METRICS);
}

async function answerLength(env: BidEnvironment, body: Uint8Array): Promise<number> {
  const receivedMs = env.clock.monotonicMs();
  const decision = await decide(env, { exchange: EXCHANGE.id, body, receivedMs });
  return decision.kind === 'bid' ? decision.bids.length : 0;
}

/** One campaign a line item, bids from 0.50 to 8 USD, and a creative in each of the usual sizes. */
export function seededCatalog(size: number): Catalog {
  const random = seededRandom(3);
  const campaigns = seededLineItems(size).map(({ campaign, lineItem }, i): Campaign => {
    const amountMicros = microsFromUnits(integerBetween(random, 50, 800) / 100);
    const creatives = lineItem.creatives.map((creative, n) => ({
      ...CREATIVE,
      id: `cr${n}` as CreativeId,
      size: creative.format === 'banner' ? creative.size : undefined,
    }));
    return {
      ...campaign,
      id: `campaign-${i}` as CampaignId,
      flight: { startMs: 0, endMs: Number.MAX_SAFE_INTEGER, timeZone: 'UTC' },
      lineItems: [{ ...lineItem, id: 'main' as LineItemId, bid: { model: 'cpm', amountMicros }, creatives }],
    };
  });
  const rates = {
    date: '2026-11-20',
    perUsd: new Map([
      [USD, 1],
      ['EUR' as Currency, 0.87],
    ]),
    validUntilMs: Infinity,
  };
  return {
    version: 1,
    campaigns,
    exchanges: new Map([[EXCHANGE.id, EXCHANGE]]),
    rates,
    privacy: PRIVACY_DEFAULT,
    supply: SUPPLY_DEFAULT,
    traffic: TRAFFIC_DEFAULT,
  };
}

export function environment(catalog: Catalog, findProfile: ProfileLookup): BidEnvironment {
  const snapshot = buildSnapshot(catalog, PUBLIC_URL);
  const signer = createNoticeTokens([{ id: 'bench', secret: new Uint8Array(32) }]);
  const days = new DayNumbers();
  let count = 0;
  return {
    clock: systemClock,
    snapshot: () => snapshot,
    scratchFor: scratchKeeper(),
    days,
    spending: unlimitedSpending(days),
    responseSizes: createResponseSizes(signer, PUBLIC_URL),
    gates: {
      privacy: createPrivacyGate(),
      supply: createSupplyGate(SILENT_METRICS),
      traffic: createTrafficGate({ trafficRefused: () => {} }, 1),
    },
    findProfile,
    frequencyLogs: SILENT_FREQUENCY,
    answerReserve: new AnswerReserve(),
    locator: openGeoLocator(undefined, SILENT_METRICS),
    signer,
    nextBidId: () => `bench001-${(count++).toString(36)}`,
    publicUrl: PUBLIC_URL,
    metrics: SILENT_METRICS,
  };
}
