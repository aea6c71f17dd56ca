import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aCatalog } from '../../test/support/catalog.js';
import { lineItemWith } from '../../test/support/targeting-samples.js';
import type { Campaign, FrequencyCap } from '../domain/campaign.js';
import type { CampaignId, LineItemId } from '../domain/ids.js';
import { USD, type Micros, type Rates } from '../domain/money.js';
import { doAll } from '../lib/steps.js';
import { buildSnapshot, createSnapshotMaker, type BidSnapshot } from './snapshot.js';

const RATES: Rates = { date: '2026-11-20', perUsd: new Map([[USD, 1]]), validUntilMs: Infinity };
const CAP: FrequencyCap = { impressions: 3, perMs: 86_400_000, of: 'person' };

function aCampaign(id: string, units: number, caps: readonly FrequencyCap[] = []): Campaign {
  const bid = { model: 'cpm', amountMicros: (units * 1_000_000) as Micros } as const;
  const { campaign, lineItem } = lineItemWith({}, { id: `${id}-main` as LineItemId, bid });
  const advertiser = { ...campaign.advertiser, frequency: caps };
  return { ...campaign, id: id as CampaignId, advertiser, lineItems: [lineItem] };
}

const idsOf = ({ lineItems }: BidSnapshot): string[] => lineItems.map(({ campaign }) => campaign.id);

describe('snapshots one after the other', () => {
  const { steps } = createSnapshotMaker('https://bid.example');
  const snapshotOf = (campaigns: readonly Campaign[], rates = RATES): BidSnapshot =>
    doAll(steps(aCatalog(campaigns, rates)));
  const servedOf = ({ lineItems }: BidSnapshot, id: string) =>
    lineItems.find(({ campaign }) => campaign.id === id);

  const [cheap, dear] = [aCampaign('cheap', 1), aCampaign('dear', 5)];
  const first = snapshotOf([cheap, dear]);

  it('make a campaign ready once, and an edited one anew', () => {
    const edited = aCampaign('cheap', 9);
    const second = snapshotOf([edited, dear]);
    expect(idsOf(first)).toEqual(['dear', 'cheap']);
    expect(idsOf(second)).toEqual(['cheap', 'dear']);
    expect(servedOf(second, 'dear')).toBe(servedOf(first, 'dear'));
    expect(servedOf(second, 'cheap')).toMatchObject({ campaign: edited, valueMicrosUsd: 9_000_000 });
  });

  it('take over a cap that another campaign brings to the advertiser', () => {
    const second = snapshotOf([cheap, dear, aCampaign('capping', 2, [CAP])]);
    expect(servedOf(first, 'dear')?.isCapped).toBe(false);
    expect(servedOf(second, 'dear')?.isCapped).toBe(true);
    // The same cap from another file is none.
    const third = snapshotOf([cheap, dear, aCampaign('capping', 3, [{ ...CAP }])]);
    expect(servedOf(third, 'dear')).toBe(servedOf(second, 'dear'));
  });

  it('have the same order as one that is made at once, whatever was edited', () => {
    const names = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    // Few prices, so that many are equal.
    const campaigns = new Map<string, Campaign>();
    const campaign = fc.tuple(names, fc.integer({ min: 1, max: 4 })).map(([id, units]) => {
      const key = `${id} ${units}`;
      const made = campaigns.get(key) ?? aCampaign(id, units);
      campaigns.set(key, made);
      return made;
    });
    const catalog = fc.uniqueArray(campaign, { selector: ({ id }) => id });
    fc.assert(
      fc.property(fc.array(catalog, { minLength: 2, maxLength: 6 }), (edits) => {
        const maker = createSnapshotMaker('https://bid.example');
        for (const edited of edits) {
          const made = doAll(maker.steps(aCatalog(edited, RATES)));
          expect(idsOf(made)).toEqual(idsOf(buildSnapshot(aCatalog(edited, RATES), 'https://bid.example')));
          expect(made.lineItems.map((served) => served.campaign)).toEqual(
            idsOf(made).map((id) => edited.find((each) => each.id === id)),
          );
        }
      }),
    );
  });

  it('take over new rates', () => {
    const second = snapshotOf([cheap], { ...RATES, date: '2026-11-21' });
    expect(servedOf(second, 'cheap')).not.toBe(servedOf(first, 'cheap'));
  });
});
