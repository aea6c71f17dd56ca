import { systemClock } from '../lib/clock.js';
import { pathText, type Finding } from './finding.js';
import type { KeptFile } from './kept-files.js';
import { openLastGood, readOnly } from './last-good.js';
import { lintCatalog } from './lint.js';
import type { LintFinding } from './lint/lint-finding.js';
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
  const { clock = systemClock } = options;
  const loader = createCatalogLoader(options, readOnly(openLastGood(options.dataDir)));
  const { catalog, problems } = await loader.load();
  const files = new Map(loader.files().map((file) => [file.file, file]));
  // What runs in place of a refused file is not what was asked about.
  const refused = new Set(problems.map(({ file }) => file));
  const linted = lintCatalog(catalog, clock.nowMs()).filter(({ file }) => !refused.has(file));
  const findings = [
    ...problems.map(withoutConsequence),
    ...linted.map((finding) => located(finding, files.get(finding.file))),
  ].sort((a, b) => compareTexts(a.file, b.file) || a.line - b.line || a.column - b.column);
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

function located({ file, severity, path, says }: LintFinding, kept: KeptFile<unknown> | undefined): Finding {
  const place = kept?.present.good
    ? kept.present.json.locate(path)
    : { line: 1, column: 1, path: [], source: '' };
  const subject = pathText(place.path);
  const message = `${subject} ${says}`;
  return { severity, file, line: place.line, column: place.column, path: subject, message };
}

function withoutConsequence({ consequence: _running, ...finding }: Finding): Finding {
  return finding;
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
