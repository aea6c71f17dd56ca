import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { syntheticCampaigns } from '../../src/synthetic/campaigns.js';
import { syntheticProfiles } from '../../src/synthetic/profiles.js';
import { createWorld, type World } from '../../src/synthetic/world.js';
import type { BenchTraffic } from './traffic.js';

/** `realistic`: line items want what most do, so that nearly every impression is wanted by some. `narrow`: each wants little. */
export type Catalogue = 'realistic' | 'narrow';

export interface MarketOptions {
  readonly lineItems: number;
  readonly catalogue: Catalogue;
  /** Its visitors are known. */
  readonly traffic: BenchTraffic;
  /** Of the world that campaigns and profiles are of. */
  readonly seed?: number;
}

/** Folders of a bidder with synthetic campaigns and profiles. */
export interface Market {
  readonly folder: string;
  readonly profilesFile: string;
  /** For `serve`: CONFIG_DIR, PROFILES and DATA_DIR. */
  readonly environment: Readonly<Record<string, string>>;
  readonly remove: () => void;
}

const SEED = 1;
const PROFILES_PER_LINE_ITEM = 5;
/** Writes campaigns with so many line items, and profiles of the world's visitors and of those in the traffic. */
export function makeMarket({ lineItems, catalogue, traffic, seed = SEED }: MarketOptions): Market {
  const folder = mkdtempSync(join(tmpdir(), 'narrowcast-bench-'));
  const [config, profiles, data] = ['config', 'profiles', 'data'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [join(config, 'campaigns'), profiles, data]) mkdirSync(path, { recursive: true });
  for (const name of ['exchanges', 'lists', 'privacy.json', 'rates.json', 'supply.json', 'traffic.json'])
    cpSync(join('config', name), join(config, name), { recursive: true });
  const breadth = catalogue === 'narrow' ? 'narrow' : 'mixed';
  const world = createWorld({ seed });
  for (const campaign of syntheticCampaigns(world, { lineItems, breadth }))
    writeFileSync(join(config, 'campaigns', `${campaign.id}.json`), JSON.stringify(campaign));
  const profilesFile = join(profiles, 'profiles.ndjson');
  writeFileSync(profilesFile, profileLines(world, traffic, lineItems * PROFILES_PER_LINE_ITEM).join('\n'));
  return {
    folder,
    profilesFile,
    environment: { CONFIG_DIR: config, PROFILES: profiles, DATA_DIR: data },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The visitors of the traffic get what is known of the world's most frequent ones. */
function profileLines(world: World, { bodies }: BenchTraffic, count: number): string[] {
  const ids = [...new Set(bodies.map(advertisingId))].filter((id) => id !== undefined);
  const lines: string[] = [];
  for (const profile of syntheticProfiles(world)) {
    const ifa = ids[lines.length >> 1];
    // Every other line, so that networks and cookies stay among them.
    if (ifa !== undefined && lines.length % 2 === 1) lines.push(JSON.stringify({ ...profile, id: { ifa } }));
    else lines.push(JSON.stringify(profile));
    if (lines.length >= count) break;
  }
  return lines;
}

function advertisingId(body: Buffer): string | undefined {
  const { device } = JSON.parse(body.toString()) as { device?: { ifa?: string } };
  return device?.ifa;
}
