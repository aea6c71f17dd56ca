import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { loadCatalog } from '../../src/catalog/load.js';
import type { TrafficOutcome } from '../../src/files/read-traffic.js';
import { openReplay } from '../../src/open-replay.js';
import type { ReplayReport } from '../../src/replay/report.js';
import { replayTraffic, type EndedBid, type PlayedLine } from '../../src/replay/replay-traffic.js';
import { readSettings } from '../../src/settings.js';
import { configFolder, type ConfigFolder } from '../support/config-folder.js';
import { merged, type Json, type JsonObject } from '../support/merge.js';

export const START_MS = Date.parse('2026-11-25T12:00:00Z');

/** A banner of 300x250 on a page, for a visitor with an address of his own. */
export function requestWith(id: string, more: JsonObject = {}): Json {
  const request: JsonObject = {
    id,
    at: 1,
    imp: [{ id: '1', secure: 1, banner: { w: 300, h: 250 } }],
    site: { domain: 'news.example' },
    device: { ip: '192.0.2.30', devicetype: 2, ua: 'Mozilla/5.0', geo: { country: 'USA' } },
    user: { buyeruid: `visitor-${id}` },
  };
  return merged(request, more);
}

export interface SampleLine {
  readonly t_ms?: number;
  readonly exchange?: string;
  readonly request: Json;
  readonly outcome?: TrafficOutcome;
}

export interface SampleCampaign {
  readonly id: string;
  readonly cpm: number;
  readonly budget?: JsonObject;
  readonly lineItem?: JsonObject;
}

/** A configuration of these campaigns, each with one line item `main` that wants everything. */
export function folderOf(campaigns: readonly SampleCampaign[]): ConfigFolder {
  const folder = configFolder();
  rmSync(folder.path('campaigns/trail.json'));
  for (const { id, cpm, budget = {}, lineItem = {} } of campaigns) {
    const main: JsonObject = {
      id: 'main',
      bid: { model: 'cpm', amount: cpm },
      creatives: [
        {
          id: `${id}-300x250`,
          format: 'banner',
          w: 300,
          h: 250,
          image: 'https://cdn.acme.example/shoes.png',
          landing: 'https://acme.example/shoes',
        },
      ],
    };
    folder.save(`campaigns/${id}.json`, {
      id,
      advertiser: { id: 'acme', domain: 'acme.example', categories: ['IAB18-5'] },
      flight: { start: '2026-11-01', end: '2026-12-31', timeZone: 'UTC' },
      budget: merged({ total: 1000, currency: 'USD', pacing: 'asap' }, budget),
      lineItems: [merged(main, lineItem)],
    });
  }
  return folder;
}

export interface Replayed {
  readonly report: ReplayReport;
  readonly bids: readonly (PlayedLine & EndedBid)[];
  readonly faults: readonly string[];
}

export interface SampleOptions {
  readonly explains?: boolean;
  readonly rate?: number;
  readonly winShare?: number;
  readonly settings?: Readonly<Record<string, string>>;
}

/** @returns its path; it is gone when the test is over */
export function trafficFile(lines: readonly (SampleLine | string)[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'narrowcast-traffic-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'traffic.ndjson');
  writeFileSync(
    path,
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  );
  return path;
}

/** Replays lines, or texts of lines, in this process. */
export async function replayed(
  folder: Pick<ConfigFolder, 'configDir' | 'dataDir'>,
  lines: readonly (SampleLine | string)[],
  { explains = false, rate = 100, winShare = 0, settings: more = {} }: SampleOptions = {},
): Promise<Replayed> {
  const { configDir, dataDir } = folder;
  const path = trafficFile(lines);
  const settings = readSettings({ CONFIG_DIR: configDir, DATA_DIR: dataDir, ...more });
  const { catalog, problems } = await loadCatalog({ configDir });
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  const world = await openReplay(settings, catalog, { startMs: START_MS, seed: 1, explains });
  try {
    const bids: (PlayedLine & EndedBid)[] = [];
    const faults: string[] = [];
    const traffic = await replayTraffic(world.target, {
      path,
      exchange: 'generic',
      rate,
      limit: Infinity,
      assumed: { winShare, seed: 1 },
      onFault: ({ message }) => faults.push(message.replace(`${path}:`, '')),
      onProgress: () => {},
      onBids: (line, ended) => {
        for (const each of ended) bids.push({ ...line, ...each });
      },
    });
    const report = await world.report({ file: path, traffic });
    return { report, bids, faults };
  } finally {
    await world.close();
  }
}
