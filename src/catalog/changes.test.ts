import { describe, expect, it } from 'vitest';
import type { Campaign } from '../domain/campaign.js';
import type { CampaignId } from '../domain/ids.js';
import { doAll, Pace } from '../lib/steps.js';
import { campaignChanges } from './changes.js';

const campaign = (id: string) => ({ id: id as CampaignId }) as Campaign;

const changes = (before: readonly Campaign[], after: readonly Campaign[]) =>
  doAll(campaignChanges(before, after, new Pace()));

describe('what the log tells of a new catalogue', () => {
  const [a, b, c] = [campaign('a'), campaign('b'), campaign('c')];

  it('names the campaigns that came, changed and went', () => {
    expect(changes([a, b], [a, c])).toEqual({ added: ['c'], removed: ['b'] });
    expect(changes([a, b], [campaign('a'), b])).toEqual({ changed: ['a'] });
    expect(changes([a], [a])).toEqual({});
  });

  it('counts what is too much to name', () => {
    const many = Array.from({ length: 60 }, (_, i) => campaign(`n${i}`));
    const { removed = [] } = changes(many, []);
    expect(removed).toHaveLength(51);
    expect(removed.at(-1)).toBe('and 10 others');
  });
});
