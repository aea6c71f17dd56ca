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

/** Above every bid that is made up. */
const FLOOR_USD = 1_000;

/**
 * Bodies of requests from the world that the campaigns are of. Their floors end every auction at its first candidate, so that a
 * request takes little by itself and a long turn is the rebuild's.
 */
export function requestBodies(): Buffer[] {
  const bodies: Buffer[] = [];
  for (const { body } of syntheticRequests(WORLD, { mix: { banner: 1 } })) {
    const request = JSON.parse(body) as { readonly imp: readonly object[] };
    const imp = request.imp.map((impression) => ({
      ...impression,
      bidfloor: FLOOR_USD,
      bidfloorcur: 'USD',
      pmp: undefined,
    }));
    if (bodies.push(Buffer.from(JSON.stringify({ ...request, imp }))) === REQUESTS) break;
  }
  return bodies;
}

interface EditedCampaign {
  readonly lineItems: [{ bid: { amount: number } }, ...object[]];
}

/** @returns what a campaign file says once the price of its first line item is edited */
export function editedText(path: string): string {
  const campaign = JSON.parse(readFileSync(path, 'utf8')) as EditedCampaign;
  const { bid } = campaign.lineItems[0];
  // A cent more or less: a price that jumps would have to be confirmed.
  bid.amount = (Math.round(bid.amount * 100) ^ 1) / 100;
  return JSON.stringify(campaign, null, 2);
}
