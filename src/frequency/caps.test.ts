import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineItemWith } from '../../test/support/targeting-samples.js';
import { NOBODY_SEEN, type FrequencyRecord, type VisitorFrequency } from '../domain/frequency.js';
import { compactLog, LOG_RECORDS_MAX } from '../domain/frequency-log.js';
import { doAll, Pace } from '../lib/steps.js';
import { advertiserCaps, capsOf, type Cap } from './caps.js';
import { cappedBy, frequencyRefusal } from './capped.js';
import { SeenImpressions } from './seen.js';

const NOW_MS = 1_790_000_000_000;
const HOUR_MS = 3_600_000;

/** Few bids, hashes and times, so that records meet. */
const anyRecord: fc.Arbitrary<FrequencyRecord> = fc
  .record({
    kind: fc.constantFrom('reserved', 'shown', 'released', 'clicked'),
    bid: fc.nat({ max: 5 }),
    hoursAgo: fc.integer({ min: -1, max: 30 }),
    heldHours: fc.integer({ min: 0, max: 4 }),
  })
  .map(({ kind, bid, hoursAgo, heldHours }) => {
    const atMs = NOW_MS - hoursAgo * HOUR_MS;
    const heldUntilMs = kind === 'reserved' ? atMs + heldHours * HOUR_MS : 0;
    const bidId = `h0lder-_-${bid}`;
    return {
      kind,
      bidId,
      atMs,
      heldUntilMs,
      advertiser: 1,
      campaign: 1 + (bid % 2),
      lineItem: 1 + (bid % 3),
    };
  });
const anyLog = fc.array(anyRecord, { maxLength: 25 });
const anyCap: fc.Arbitrary<Cap> = fc.record({
  level: fc.constantFrom('advertiser', 'campaign', 'lineItem'),
  hash: fc.constantFrom(1, 2),
  impressions: fc.integer({ min: 1, max: 4 }),
  perMs: fc.integer({ min: 1, max: 30 }).map((hours) => hours * HOUR_MS),
  of: fc.constant('person' as const),
});

function seenBy(records: readonly FrequencyRecord[]): SeenImpressions {
  return new SeenImpressions({ ...NOBODY_SEEN, personRecords: records }, NOW_MS);
}

/** Straight from the words: bid by bid, record by record. */
function plainCount(records: readonly FrequencyRecord[], cap: Cap, nowMs = NOW_MS): number {
  const times: number[] = [];
  for (const bidId of new Set(records.map((record) => record.bidId))) {
    const ofBid = records.filter((record) => record.bidId === bidId && record[cap.level] === cap.hash);
    const first = (kind: string) => ofBid.filter((record) => record.kind === kind).map(({ atMs }) => atMs);
    const shown = first('shown');
    if (shown.length > 0) times.push(Math.min(...shown));
    else if (first('released').length === 0 && first('reserved').length > 0) {
      const atMs = Math.min(...first('reserved'));
      const held = ofBid.filter((record) => record.kind === 'reserved' && record.atMs === atMs);
      if (Math.max(...held.map(({ heldUntilMs }) => heldUntilMs)) > nowMs) times.push(atMs);
    }
  }
  return times.filter((atMs) => nowMs - atMs < cap.perMs).length;
}

describe('what a cap counts', () => {
  it('is what its words say', () => {
    fc.assert(
      fc.property(anyLog, anyCap, (records, cap) => {
        expect(seenBy(records).count(cap)).toBe(plainCount(records, cap));
      }),
      { numRuns: 2_000 },
    );
  });

  it('does not depend on order, on repetition, or on the logs in which records stand', () => {
    fc.assert(
      fc.property(anyLog, anyCap, fc.infiniteStream(fc.nat()), (records, cap, random) => {
        const shuffled = [...records, ...records.slice(0, 7)]
          .map((record) => ({ record, rank: random.next().value as number }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ record }) => record);
        expect(seenBy(shuffled).count(cap)).toBe(seenBy(records).count(cap));
      }),
    );
  });

  it('is the same after a log was made shorter, now and later', () => {
    const laterHours = fc.nat({ max: 40 });
    fc.assert(
      fc.property(anyLog, anyCap, laterHours, (records, cap, hours) => {
        const kept = compactLog(records, NOW_MS, 31 * HOUR_MS);
        const laterMs = NOW_MS + hours * HOUR_MS;
        const frequency = { ...NOBODY_SEEN, personRecords: kept };
        expect(new SeenImpressions(frequency, laterMs).count(cap)).toBe(plainCount(records, cap, laterMs));
      }),
      { numRuns: 1_000 },
    );
  });

  it('does not come back when a release is forgotten before the hold of its reservation ends', () => {
    const told = { bidId: 'h0lder-_-2', advertiser: 1, campaign: 1, lineItem: 3 };
    const heldUntilMs = NOW_MS + HOUR_MS;
    const records: FrequencyRecord[] = [
      { ...told, kind: 'reserved', atMs: NOW_MS, heldUntilMs },
      { ...told, kind: 'released', atMs: NOW_MS - 24 * HOUR_MS, heldUntilMs: 0 },
    ];
    expect(compactLog(records, NOW_MS, 31 * HOUR_MS)).toEqual([]);
  });

  it('stays, of a log that is too long, what came last', () => {
    const records = Array.from({ length: 2 * LOG_RECORDS_MAX }, (_, i): FrequencyRecord => ({
      kind: 'shown',
      bidId: `h0lder-_-${i.toString(36)}`,
      atMs: NOW_MS - i,
      heldUntilMs: 0,
      advertiser: 1,
      campaign: 1,
      lineItem: 1,
    }));
    const kept = compactLog(records, NOW_MS, HOUR_MS);
    expect(kept.length).toBeLessThan(LOG_RECORDS_MAX);
    expect(kept.at(-1)?.atMs).toBe(NOW_MS);
    expect(kept[0]?.atMs).toBe(NOW_MS - kept.length + 1);
  });

  it('lets the next one pass exactly when it says', () => {
    fc.assert(
      fc.property(anyLog, anyCap, (records, cap) => {
        const shown = records.map((record) => ({ ...record, kind: 'shown' as const }));
        const waitMs = seenBy(shown).waitMs(cap);
        const countAt = (nowMs: number) =>
          new SeenImpressions({ ...NOBODY_SEEN, personRecords: shown }, nowMs).count(cap);
        expect(countAt(NOW_MS + waitMs)).toBeLessThan(cap.impressions);
        if (waitMs > 0) expect(countAt(NOW_MS + waitMs - 1)).toBeGreaterThanOrEqual(cap.impressions);
      }),
    );
  });
});

describe('the caps of a line item', () => {
  const cap = (impressions: number, of: 'person' | 'household' = 'person') => ({
    impressions,
    perMs: HOUR_MS,
    of,
  });

  it('are its own, its campaign’s, and those that any file states of its advertiser', () => {
    const { campaign, lineItem } = lineItemWith({}, { frequency: [cap(1)] });
    const ofCampaign = { ...campaign, frequency: [cap(2)] };
    const advertiser = { ...campaign.advertiser, frequency: [cap(3), cap(4, 'household')] };
    const other = { ...campaign, advertiser: { ...advertiser, frequency: [cap(3), cap(5)] } };
    const all = doAll(advertiserCaps([{ ...ofCampaign, advertiser }, other], new Pace()));
    const { caps, countsHousehold } = capsOf(ofCampaign, lineItem, all.get('acme') ?? []);
    expect(caps.map(({ level, impressions }) => `${level} ${impressions}`)).toEqual([
      'lineItem 1',
      'campaign 2',
      'advertiser 3',
      'advertiser 4',
      'advertiser 5',
    ]);
    expect(countsHousehold).toBe(true);
  });

  it('reject what is reached before what is unknown, and the unknown where it is not welcome', () => {
    const { campaign, lineItem } = lineItemWith({}, { frequency: [cap(1), cap(1, 'household')] });
    const caps = capsOf(campaign, lineItem, []);
    const shown: FrequencyRecord = {
      kind: 'shown',
      bidId: 'h0lder-_-1',
      atMs: NOW_MS - 1,
      heldUntilMs: 0,
      ...caps.hashes,
    };
    const refusal = (frequency: Partial<VisitorFrequency>, unknown: 'reject' | 'accept') =>
      frequencyRefusal(caps, unknown, new SeenImpressions({ ...NOBODY_SEEN, ...frequency }, NOW_MS));
    expect(refusal({}, 'reject')).toBe('frequency-unknown');
    expect(refusal({}, 'accept')).toBeUndefined();
    expect(refusal({ personRecords: [] }, 'reject')).toBe('frequency-unknown');
    expect(refusal({ personRecords: [], householdRecords: [] }, 'reject')).toBeUndefined();
    for (const unknown of ['reject', 'accept'] as const)
      expect(refusal({ householdRecords: [shown] }, unknown)).toBe('frequency-cap');
  });

  it('count the bids of the request itself, known visitor or not', () => {
    const { campaign, lineItem } = lineItemWith({}, { frequency: [cap(2)] });
    const { caps, hashes } = capsOf(campaign, lineItem, []);
    const seen = new SeenImpressions(NOBODY_SEEN, NOW_MS);
    seen.add(hashes);
    expect(cappedBy(caps, seen)).toBeUndefined();
    seen.add(hashes);
    expect(cappedBy(caps, seen)).toBe(caps[0]);
  });
});
