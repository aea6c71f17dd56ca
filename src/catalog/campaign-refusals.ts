import type { Campaign } from '../domain/campaign.js';
import { bidsWorthTooMuch } from './bid-worth.js';
import type { CampaignLinter } from './campaign-linter.js';
import { pathText, type Finding } from './finding.js';
import type { FormerCampaigns } from './former-campaigns.js';
import type { JsonFile } from './json-file.js';
import { unconfirmedJumps, type AmountFault, type AmountsBefore } from './jumps.js';
import type { KeptFile } from './kept-files.js';
import { locatedFinding, type Surroundings } from './lint.js';
import type { CampaignContent } from './schema/campaign.js';
import { createTurns, inTurns, type Turns } from './turns.js';

/** What the present version of a campaign file is held against before it is put to use. */
export interface CampaignJudges {
  readonly linter: CampaignLinter;
  readonly around: Surroundings;
  readonly former: FormerCampaigns;
  readonly nowMs: number;
}

type CampaignFile = KeptFile<CampaignContent>;

/**
 * Finds campaigns that are well-formed and yet are not put to use: those that cannot work, that bid more than anybody
 * pays, or whose amounts jumped. A changed campaign is measured by what last ran under its id, wherever that stood; one
 * under a new id by what its file said before.
 *
 * @returns what is wrong with each file that is refused, in the order of its lines
 */
export async function contentRefusals(
  files: readonly CampaignFile[],
  judges: CampaignJudges,
): Promise<ReadonlyMap<CampaignFile, readonly Finding[]>> {
  // Bids are answered in between.
  const turns = createTurns();
  const runs = new Map<string, Campaign>();
  for (const { lastGood } of files) {
    await turns.pause();
    if (lastGood) runs.set(lastGood.content.campaign.id, lastGood.content.campaign);
  }
  const refusals = new Map<CampaignFile, readonly Finding[]>();
  for (const file of files) {
    await turns.pause();
    if (!file.present.good) continue;
    const { content, json } = file.present;
    const findings = [
      ...(await lintErrors(content, json, judges, turns)),
      ...amountFindings(file.file, json, await amountFaults(file, content, runs, judges)),
    ].sort((a, b) => a.line - b.line || a.column - b.column);
    // One thing to say of each value: what cannot work comes before how it changed.
    const first = findings.filter(({ path }, i) => findings.findIndex((each) => each.path === path) === i);
    if (first.length > 0) refusals.set(file, first);
  }
  return refusals;
}

async function lintErrors(
  { campaign }: CampaignContent,
  json: JsonFile,
  { linter, around, nowMs }: CampaignJudges,
  turns: Turns,
): Promise<Finding[]> {
  const found = await inTurns(linter.lint(campaign, around, nowMs), turns);
  const errors = found.filter(({ severity }) => severity === 'error');
  return errors.map((error) => locatedFinding(error, json));
}

async function amountFaults(
  { lastGood }: CampaignFile,
  content: CampaignContent,
  runs: ReadonlyMap<string, Campaign>,
  { around, former }: CampaignJudges,
): Promise<readonly AmountFault[]> {
  const { campaign } = content;
  const tooMuch = bidsWorthTooMuch(campaign, around.rates);
  if (tooMuch.length > 0 || content === lastGood?.content) return tooMuch;
  const sameId = runs.get(campaign.id) ?? (await former.find(campaign.id));
  if (sameId && sameId.budget.currency !== campaign.budget.currency) return [otherCurrency(campaign, sameId)];
  const before = sameId ?? lastGood?.content.campaign;
  return before ? unconfirmedJumps(content, before, around.rates) : [];
}

/** What was spent is booked under the campaign's id, without a currency: dollars would count as euros. */
function otherCurrency({ id, budget }: Campaign, { budget: before }: AmountsBefore): AmountFault {
  return {
    path: ['budget', 'currency'],
    says: `is "${budget.currency}", but what campaign ${id} has spent is booked in ${before.currency}; keep ${before.currency}, or give the campaign another id`,
  };
}

export function amountFindings(file: string, json: JsonFile, faults: readonly AmountFault[]): Finding[] {
  return faults.map(({ path, says }) => {
    const { line, column, source } = json.locate(path);
    const message = `${pathText(path)} ${says}`;
    return { severity: 'error', file, line, column, path: pathText(path), message, found: source };
  });
}

/**
 * Creatives that are no longer what was pinned: no reason to refuse the file, in whose last good version they might run on, but
 * nothing is bid with them until somebody has looked.
 */
export function pinFindings({ file, present }: CampaignFile): Finding[] {
  if (!present.good) return [];
  const { content, json } = present;
  const faults = content.changedSincePinned.map(({ path, pinNow }) => ({
    path,
    says: `is not the pin of what this creative shows now, so nothing is bid with it; look at it, and if it is what it should be, write "pin": "${pinNow}"`,
  }));
  return amountFindings(file, json, faults);
}

/** @param owners the file that each campaign id belongs to */
export function repeatedId({ file, present }: CampaignFile, owners: ReadonlyMap<string, string>): Finding[] {
  if (!present.good) return [];
  const { id } = present.content.campaign;
  const owner = owners.get(id) ?? file;
  if (owner === file) return [];
  const { line, column, source } = present.json.locate(['id']);
  const message = `id is "${id}", which belongs to ${owner}; give this campaign its own id, or delete one of the two files`;
  return [{ severity: 'error', file, line, column, path: 'id', message, found: source }];
}
