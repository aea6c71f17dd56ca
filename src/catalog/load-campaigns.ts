import type { Campaign } from '../domain/campaign.js';
import { Pace } from '../lib/steps.js';
import { bidsWorthTooMuch } from './bid-worth.js';
import { contentRefusals, pinFindings, repeatedId, type CampaignJudges } from './campaign-refusals.js';
import type { Finding } from './finding.js';
import { idOwners, type IdClaim } from './id-owners.js';
import type { KeptFile, KeptFolder } from './kept-files.js';
import type { Surroundings } from './lint.js';
import type { CampaignContent } from './schema/campaign.js';
import { takeOver } from './take-over.js';
import { createTurns, inTurns } from './turns.js';

type CampaignFile = KeptFile<CampaignContent>;

interface LoadedCampaigns {
  readonly campaigns: readonly Campaign[];
  readonly files: readonly CampaignFile[];
}

/**
 * @returns takes the campaigns over again and again. Where all was well, and neither a file has changed nor what campaigns are
 *   measured against, they are not looked through
 */
export function keepCampaigns(
  folder: KeptFolder<CampaignContent>,
): (judges: CampaignJudges, problems: Finding[]) => Promise<LoadedCampaigns> {
  let last: (LoadedCampaigns & { readonly around: Surroundings }) | undefined;
  return async (judges, problems) => {
    const { around } = judges;
    const { files, problems: ofFolder, isChanged } = await folder.scan();
    problems.push(...ofFolder);
    if (last && !isChanged && isSameAround(last.around, around)) return last;
    const ofFiles: Finding[] = [];
    const campaigns = await takeOverCampaigns(folder, files, judges, ofFiles);
    problems.push(...ofFiles);
    const loaded = { campaigns, files };
    last = ofFiles.length === 0 ? { ...loaded, around } : undefined;
    return loaded;
  };
}

function isSameAround(a: Surroundings, b: Surroundings): boolean {
  return a.exchanges === b.exchanges && a.rates === b.rates && a.lists === b.lists;
}

async function takeOverCampaigns(
  folder: KeptFolder<CampaignContent>,
  files: readonly CampaignFile[],
  judges: CampaignJudges,
  problems: Finding[],
): Promise<readonly Campaign[]> {
  const turns = createTurns();
  const refused = await contentRefusals(files, judges);
  const claims: IdClaim[] = [];
  for (const file of files) {
    await turns.pause();
    const { present, lastGood } = file;
    const wanted = present.good && !refused.has(file) ? present.content.campaign.id : undefined;
    claims.push({ file: file.file, wanted, former: lastGood?.content.campaign.id });
  }
  const owners = await inTurns(idOwners(claims, new Pace()), turns);
  const campaigns: Campaign[] = [];
  for (const file of files) {
    await turns.pause();
    const before = file.lastGood?.content.campaign;
    const isUsable = ({ campaign }: CampaignContent): boolean =>
      owners.get(campaign.id) === file.file && bidsWorthTooMuch(campaign, judges.around.rates).length === 0;
    const repeats = repeatedId(file, owners);
    const refusals = repeats.length > 0 ? repeats : (refused.get(file) ?? []);
    problems.push(...pinFindings(file));
    const content = await takeOver(folder, file, refusals, problems, isUsable);
    if (content) campaigns.push(content.campaign);
    const after = file.lastGood?.content.campaign;
    if (before && before.id !== after?.id) problems.push(...(await judges.former.remember(before)));
  }
  return campaigns;
}
