import { setTimeout as sleep } from 'node:timers/promises';
import { keySetting, secretKey } from '../redis/open-store.js';
import { profileOf } from '../redis/profile-store.contract.js';
import { baseFiles, fullRequest } from './case-file.js';
import type { JsonObject } from './merge.js';
import { startBidder, type RunningBidder } from './running-bidder.js';

/** Wins where the visitor's profile has the segment `runner`. */
export const RUNNERS_CAMPAIGN = 'runners';
/** Wins wherever the other one may not bid: it asks for nothing and pays less. */
export const ANYBODY_CAMPAIGN = 'anybody';
/** A profile for which the campaign of the runners bids. */
export const RUNNER = profileOf(1, { segments: new Map([['runner', Infinity]]) });
export const REQUEST_MS_MAX = 120;

const ATTEMPTS_MAX = 20;
/** Needs no certain day: these tests run by the real clock. */
const FLIGHT = { start: '2020-01-01', end: '2099-12-31', timeZone: 'UTC' };

/**
 * A bidder with these two campaigns whose profiles are in Redis, under the names that `openStore` uses.
 *
 * @param exchanges more of them, by name, as they differ from the one called generic
 */
export function startRecognisingBidder(
  redisUrl: string,
  environment: Readonly<Record<string, string>> = {},
  exchanges: Readonly<Record<string, JsonObject>> = {},
): Promise<RunningBidder> {
  const files = baseFiles();
  const [campaign] = files.campaigns as [JsonObject];
  const [lineItem] = campaign['lineItems'] as [JsonObject];
  const campaignAt = (id: string, amount: number, targeting: JsonObject): JsonObject => {
    const lineItems = [{ ...lineItem, bid: { model: 'cpm', amount }, targeting }];
    return { ...campaign, id, flight: FLIGHT, lineItems };
  };
  const campaigns = [
    campaignAt(RUNNERS_CAMPAIGN, 3, { segments: { anyOf: ['runner'] } }),
    campaignAt(ANYBODY_CAMPAIGN, 1, {}),
  ];
  const { generic = {} } = files.exchanges;
  const others = Object.entries(exchanges).map(([name, changes]) => [name, { ...generic, ...changes }]);
  return startBidder(
    {
      ...files,
      campaigns,
      exchanges: { generic, ...(Object.fromEntries(others) as Record<string, JsonObject>) },
    },
    {
      environment: {
        REDIS_URL: redisUrl,
        PROFILE_KEYS: keySetting(secretKey('one')),
        LEDGER_URL: 'journal',
        ...environment,
      },
    },
  );
}

/** @param user such as `{ buyeruid: 'c-1' }` */
export function requestOf(user: JsonObject, device: JsonObject = {}): string {
  return JSON.stringify(fullRequest({ tmax: REQUEST_MS_MAX, user, device }));
}

/** @returns which campaign bids; undefined when none does */
export function campaignOf(body: string): string | undefined {
  if (body === '') return undefined;
  const { seatbid } = JSON.parse(body) as { seatbid: { bid: { cid: string }[] }[] };
  return seatbid[0]?.bid[0]?.cid;
}

/**
 * Asks for a bid on one visitor, again where there is none: somebody always bids, unless the machine stood still.
 *
 * @returns which campaign bids
 */
export async function bidOn(
  port: number,
  user: JsonObject,
  device: JsonObject = {},
): Promise<string | undefined> {
  const address = `http://127.0.0.1:${port}/openrtb2/generic`;
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(address, { method: 'POST', body: requestOf(user, device) });
    const campaign = campaignOf(await response.text());
    if (campaign !== undefined || attempt === ATTEMPTS_MAX) return campaign;
    await sleep(50);
  }
}
