import type { Campaign } from '../domain/campaign.js';
import type { Steps } from '../lib/steps.js';
import type { Finding } from './finding.js';
import type { JsonFile } from './json-file.js';
import { lintCampaign, locatedFinding, type Surroundings } from './lint.js';
import type { LintFinding } from './lint/lint-finding.js';

interface Linted extends Surroundings {
  readonly findings: readonly LintFinding[];
}

interface Located {
  readonly findings: readonly LintFinding[];
  readonly warnings: readonly Finding[];
}

/**
 * Lints each campaign once for as long as nothing changes that it is measured against: the configuration is looked at
 * every other second, and ten thousand campaigns take a while.
 */
export class CampaignLinter {
  readonly #known = new WeakMap<Campaign, Linted>();
  readonly #located = new WeakMap<JsonFile, Located>();

  /** @param nowMs wall-clock time; what depends on it is told as of the first time that the campaign is seen */
  *lint(campaign: Campaign, around: Surroundings, nowMs: number): Steps<readonly LintFinding[]> {
    const known = this.#known.get(campaign);
    const { exchanges, rates, lists } = around;
    const isKnown = known?.exchanges === exchanges && known.rates === rates && known.lists === lists;
    if (isKnown) return known.findings;
    const findings = yield* lintCampaign(campaign, around, nowMs);
    this.#known.set(campaign, { exchanges, rates, lists, findings });
    return findings;
  }

  /** What could be better in a campaign, and where it stands: finding the lines takes longer than all else. */
  *warnings(
    campaign: Campaign,
    json: JsonFile,
    around: Surroundings,
    nowMs: number,
  ): Steps<readonly Finding[]> {
    const findings = yield* this.lint(campaign, around, nowMs);
    const known = this.#located.get(json);
    if (known?.findings === findings) return known.warnings;
    const warnings = findings
      .filter(({ severity }) => severity === 'warning')
      .map((warning) => locatedFinding(warning, json));
    this.#located.set(json, { findings, warnings });
    return warnings;
  }
}
