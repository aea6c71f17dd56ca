import { describe, expect, it } from 'vitest';
import type { BidRequest } from '../domain/bid-request.js';
import { PRIVACY_DEFAULT } from '../domain/privacy-policy.js';
import { decodeBidRequest } from '../exchange/decode.js';
import { createPrivacyGate } from '../privacy/gate.js';
import { impossibleDevice } from '../traffic/impossible-device.js';
import { spoofedInventory } from '../traffic/spoofed-inventory.js';
import { KINDS } from './market.js';
import {
  syntheticBodies,
  syntheticRequests,
  type RequestOptions,
  type SyntheticRequest,
} from './requests.js';
import { createWorld } from './world.js';

function take(
  count: number,
  options: RequestOptions = {},
  world = createWorld({ seed: 1 }),
): SyntheticRequest[] {
  const requests: SyntheticRequest[] = [];
  for (const request of syntheticRequests(world, options)) if (requests.push(request) === count) break;
  return requests;
}

function decoded({ body }: Pick<SyntheticRequest, 'body'>): BidRequest {
  const result = decodeBidRequest(Buffer.from(body));
  if (result.kind !== 'request') throw new Error(`${result.kind}: ${body}`);
  return result.request;
}

const REQUESTS = take(3_000, { outcomes: true });
const DECODED = REQUESTS.map(decoded);

describe('synthetic requests', () => {
  it.each(KINDS)('of kind %s can be decoded, with no impression left out', (kind) => {
    for (const request of take(200, { mix: { [kind]: 1 } }).map(decoded)) {
      expect(request.skipped).toEqual([]);
      expect(request.impressions.length).toBeGreaterThan(0);
    }
  });

  it('come from devices and places that there are', () => {
    for (const request of DECODED) {
      expect(impossibleDevice(request.device)).toBeUndefined();
      expect(spoofedInventory(request)).toBeUndefined();
      expect(request.source.supplyChain?.unusable ?? false).toBe(false);
    }
  });

  it('tell what may be done with personal data in strings that can be read', () => {
    const gate = createPrivacyGate();
    const policy = { ...PRIVACY_DEFAULT, vendorId: 10 };
    const limits = DECODED.map((request) => gate.judge(request, policy).limit);
    expect(new Set(limits)).toEqual(
      new Set([
        undefined,
        'limit-ad-tracking',
        'gdpr-no-consent', // of screens, which are nobody's
        'gdpr-vendor-refused',
        'gdpr-purpose-refused',
        'us-privacy-opt-out',
        'shared-screen',
      ]),
    );
    const consenting = DECODED.filter((request, i) => request.regulations.gdpr && limits[i] === undefined);
    expect(consenting.length).toBeGreaterThan(100);
    // A GPP string by itself, without the older signal beside it.
    for (const { regulations, ...request } of DECODED) {
      const told = { ...request, regulations: { ...regulations, usPrivacy: [] } };
      const optsOut = regulations.usPrivacy.includes('1YYN');
      if (regulations.gpp === undefined || request.device.limitAdTracking) continue;
      if (request.inventory.kind !== 'dooh')
        expect(gate.judge(told, policy).limit).toBe(optsOut ? 'gpp-opt-out' : undefined);
    }
  });

  it('are the same for the same seed, and others for another', () => {
    expect(syntheticBodies(50, 3)).toEqual(syntheticBodies(50, 3));
    expect(syntheticBodies(50, 3)).not.toEqual(syntheticBodies(50, 4));
    expect(syntheticBodies(0, 3)).toEqual([]);
  });

  it('show a visitor who comes again as the same', () => {
    const known = new Map<string, string>();
    let again = 0;
    for (const { user, device } of DECODED) {
      if (user.id === undefined || device.type === 3) continue;
      const facts = JSON.stringify([
        user.buyerId,
        device.ip,
        device.geo,
        device.type,
        device.language,
        device.model,
      ]);
      if (known.has(user.id)) again++;
      expect(known.get(user.id) ?? facts).toBe(facts);
      known.set(user.id, facts);
    }
    expect(again).toBeGreaterThan(100);
  });

  it('come more often from few visitors and places than from the others', () => {
    const shareOfTop = (values: (string | undefined)[], top: number): number => {
      const counts = new Map<string | undefined, number>();
      for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
      const sorted = [...counts.values()].sort((a, b) => b - a);
      return sorted.slice(0, top).reduce((sum, count) => sum + count, 0) / values.length;
    };
    const sites = DECODED.filter(({ inventory }) => inventory.kind === 'site');
    expect(
      shareOfTop(
        sites.map(({ inventory }) => inventory.domain),
        30,
      ),
    ).toBeGreaterThan(0.3);
    expect(
      shareOfTop(
        DECODED.map(({ user }) => user.id),
        100,
      ),
    ).toBeGreaterThan(0.08);
  });

  it('are as long as asked for', () => {
    const lengths = (options: RequestOptions) =>
      take(400, options)
        .map(({ body }) => body.length)
        .sort((a, b) => a - b);
    const usual = lengths({});
    expect(usual[0]).toBeGreaterThan(700);
    expect(usual[200]).toBeGreaterThan(2_000);
    expect(usual[200]).toBeLessThan(3_000);
    expect(usual.at(-1)).toBeLessThanOrEqual(6_100);
    const long = lengths({ bodyBytes: { from: 8_000, to: 9_000 } });
    expect(long[0]).toBeGreaterThanOrEqual(7_900);
    expect(long.at(-1)).toBeLessThanOrEqual(9_000);
    const asRecorded = lengths({ mix: { banner: 1 }, bodyBytes: { from: 1_245, to: 1_759 } });
    expect(asRecorded[200]).toBeGreaterThan(1_245);
    expect(asRecorded[200]).toBeLessThan(1_759);
  });

  it('arrive in order, more in the evening than in the night', () => {
    const perHour = Array<number>(24).fill(0);
    let lastMs = 0;
    for (const { tMs } of take(5_000, { perSecond: 5_000 / 86_400 })) {
      expect(tMs).toBeGreaterThanOrEqual(lastMs);
      lastMs = tMs;
      const hour = Math.floor(tMs / 3_600_000);
      perHour[hour] = (perHour[hour] ?? 0) + 1;
    }
    expect(lastMs / 3_600_000).toBeGreaterThan(20);
    expect(lastMs / 3_600_000).toBeLessThan(26);
    expect(perHour[19]).toBeGreaterThan(2 * (perHour[3] as number));
  });

  it('have an outcome that can be learnt: prices by format, clicks by interest', () => {
    const outcomes = (mix: RequestOptions['mix']) => take(2_000, { outcomes: true, mix: mix ?? {} });
    const median = (requests: SyntheticRequest[]) =>
      requests.map(({ outcome }) => outcome?.price ?? 0).sort((a, b) => a - b)[1_000] as number;
    expect(median(outcomes({ video: 1 }))).toBeGreaterThan(3 * median(outcomes({ banner: 1 })));
    const clicks = outcomes({ interstitial: 1 }).filter(({ outcome }) => outcome?.click).length;
    expect(clicks).toBeGreaterThan(10);
    expect(clicks).toBeLessThan(200);
    expect(take(1)[0]?.outcome).toBeUndefined();
    const converted = REQUESTS.filter(({ outcome }) => outcome?.conversion);
    expect(converted.every(({ outcome }) => outcome?.click)).toBe(true);
  });
});
