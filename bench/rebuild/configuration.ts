import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { syntheticCampaigns } from '../../src/synthetic/campaigns.js';
import { syntheticRequests } from '../../src/synthetic/requests.js';
import { createWorld } from '../../src/synthetic/world.js';

const WORLD = createWorld({ seed: 1 });
const REQUESTS = 256;

export interface ConfigurationSize {
  readonly files: number;
  /** In each file. */
  readonly lineItems: number;
}

/** Where the parts of a configuration lie. */
export interface ConfigurationFolders {
  readonly configDir: string;
  readonly profilesDir: string;
  readonly dataDir: string;
  /** Relative to `configDir`, by number. */
  readonly campaignFile: (number: number) => string;
}

/** Writes a configuration of made-up campaigns, all of them with the same number of line items. */
export function writeConfiguration(folder: string, size: ConfigurationSize): ConfigurationFolders {
  const configDir = join(folder, 'config');
  const profilesDir = join(folder, 'profiles');
  const dataDir = join(folder, 'data');
  for (const each of [join(configDir, 'campaigns'), join(configDir, 'exchanges'), profilesDir, dataDir])
    mkdirSync(each, { recursive: true });
  const rates = { date: new Date().toISOString().slice(0, 10), perUsd: { USD: 1, EUR: 0.87 } };
  writeFileSync(join(configDir, 'rates.json'), JSON.stringify(rates));
  writeFileSync(join(configDir, 'exchanges/generic.json'), JSON.stringify({ currencies: ['USD', 'EUR'] }));
  const campaignFile = (number: number): string => `campaigns/c${String(number).padStart(5, '0')}.json`;
  const perCampaign = { min: size.lineItems, max: size.lineItems };
  const made = syntheticCampaigns(WORLD, { lineItems: size.files * size.lineItems, perCampaign });
  let number = 0;
  for (const campaign of made)
    writeFileSync(join(configDir, campaignFile(number++)), JSON.stringify(campaign, null, 2));
  return { configDir, profilesDir, dataDir, campaignFile };
}

/** Bodies of requests from the world that the campaigns are of. */
export function requestBodies(): string[] {
  const bodies: string[] = [];
  for (const { body } of syntheticRequests(WORLD)) if (bodies.push(body) === REQUESTS) break;
  return bodies;
}

interface EditedCampaign {
  readonly lineItems: [{ bid: { amount: number } }, ...object[]];
}

/** Saves a campaign file with another price of its first line item. */
export function editCampaign(path: string): void {
  const campaign = JSON.parse(readFileSync(path, 'utf8')) as EditedCampaign;
  const { bid } = campaign.lineItems[0];
  // A cent more or less: a price that jumps would have to be confirmed.
  bid.amount = (Math.round(bid.amount * 100) ^ 1) / 100;
  writeFileSync(path, JSON.stringify(campaign, null, 2));
}
