import type { Campaign } from '../domain/campaign.js';
import { lintCampaign, type Surroundings } from './lint.js';
import type { LintFinding } from './lint/lint-finding.js';

interface Linted extends Surroundings {
  readonly findings: readonly LintFinding[];
}

/**
 * Lints each campaign once for as long as nothing changes that it is measured against: the configuration is looked at
 * every other second, and ten thousand campaigns take a while.
 */
export class CampaignLinter {
  readonly #known = new WeakMap<Campaign, Linted>();

  /** @param nowMs wall-clock time; what depends on it is told as of the first time that the campaign is seen */
  lint(campaign: Campaign, around: Surroundings, nowMs: number): readonly LintFinding[] {
    const known = this.#known.get(campaign);
    const { exchanges, rates, lists } = around;
    const isKnown = known?.exchanges === exchanges && known.rates === rates && known.lists === lists;
    if (isKnown) return known.findings;
    const findings = lintCampaign(campaign, around, nowMs);
    this.#known.set(campaign, { exchanges, rates, lists, findings });
    return findings;
  }
}
