import { missingConfigDir } from './config-dir.js';
import type { Finding } from './finding.js';
import { openLastGood, readOnly } from './last-good.js';
import { createCatalogLoader, type CatalogOptions } from './load.js';

export interface CheckResult {
  /** In the order of files and lines. */
  readonly findings: readonly Finding[];
  readonly summary: CheckSummary;
}

export interface CheckSummary {
  readonly errors: number;
  readonly warnings: number;
  readonly campaigns: number;
  readonly lineItems: number;
  readonly creatives: number;
  readonly exchanges: number;
}

/**
 * Looks over the whole configuration as it would be taken over now: what keeps files from being used, and what the used
 * ones cannot do. With `dataDir`, amounts are compared with the last good version there; nothing is written.
 */
export async function checkConfig(options: CatalogOptions): Promise<CheckResult> {
  const missing = await missingConfigDir(options.configDir);
  if (missing) return { findings: [missing], summary: { ...NOTHING_FOUND, errors: 1 } };
  const loader = createCatalogLoader(options, readOnly(openLastGood(options.dataDir)));
  const { catalog, problems } = await loader.load();
  const findings = [...problems.map(withoutConsequence), ...(await loader.warnings())].sort(
    (a, b) => compareTexts(a.file, b.file) || a.line - b.line || a.column - b.column,
  );
  const lineItems = catalog.campaigns.flatMap((campaign) => campaign.lineItems);
  const summary = {
    errors: findings.filter(({ severity }) => severity === 'error').length,
    warnings: findings.filter(({ severity }) => severity === 'warning').length,
    campaigns: catalog.campaigns.length,
    lineItems: lineItems.length,
    creatives: lineItems.flatMap(({ creatives }) => creatives).length,
    exchanges: catalog.exchanges.size,
  };
  return { findings, summary };
}

const NOTHING_FOUND: CheckSummary = {
  errors: 0,
  warnings: 0,
  campaigns: 0,
  lineItems: 0,
  creatives: 0,
  exchanges: 0,
};

function withoutConsequence({ consequence: _running, ...finding }: Finding): Finding {
  return finding;
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
