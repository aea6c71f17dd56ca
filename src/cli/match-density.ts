import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { makeVisit } from '../bid/visit.js';
import { openLastGood, readOnly } from '../catalog/last-good.js';
import { createCatalogLoader } from '../catalog/load.js';
import { createStandaloneBidder, type Bidder } from '../create-bidder.js';
import { STRANGER } from '../domain/visitor.js';
import { decodeBidRequest } from '../exchange/decode.js';
import { systemClock } from '../lib/clock.js';
import type { Settings } from '../settings.js';

/** How many line items want what is sold. */
export interface MatchDensity {
  readonly lineItems: number;
  readonly impressions: number;
  /** Of the impressions, how many line items want one: the mean, half of them, the most. */
  readonly mean: number;
  readonly median: number;
  readonly most: number;
}

const PROFILE_WAIT_MS = 1_000;

/**
 * Asks the real index of a configuration, with the profiles of a folder, who wants the impressions of a few requests.
 *
 * @param settings only what they say of formats and sizes of stores counts
 * @param requests an exchange and a body each
 */
export async function matchDensity(
  settings: Settings,
  folders: Pick<Settings, 'configDir' | 'profilesDir'>,
  requests: readonly { readonly exchange: string; readonly body: string }[],
): Promise<MatchDensity> {
  const dataDir = mkdtempSync(join(tmpdir(), 'narrowcast-density-'));
  try {
    const { catalog } = await createCatalogLoader(
      { configDir: folders.configDir, dataDir },
      readOnly(openLastGood(dataDir)),
    ).load();
    const bidder = await createStandaloneBidder(
      { ...settings, ...folders, dataDir, redisUrl: undefined },
      { clock: systemClock, logger: pino({ level: 'silent' }) },
    );
    try {
      await bidder.use(catalog);
      const counts: number[] = [];
      for (const { exchange, body } of requests) counts.push(...(await wantedBy(bidder, exchange, body)));
      return densityOf(counts, bidder.environment.snapshot().lineItems.length);
    } finally {
      await bidder.close();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** @returns a number of line items for each impression; none for a request that cannot be used */
async function wantedBy({ environment }: Bidder, exchangeName: string, body: string): Promise<number[]> {
  const { catalog, index } = environment.snapshot();
  const exchange = catalog.exchanges.get(exchangeName);
  const decoded = decodeBidRequest(Buffer.from(body));
  if (!exchange || decoded.kind !== 'request') return [];
  const { request } = decoded;
  const isPersonal = environment.gates.privacy.judge(request, catalog.privacy).use === 'personal';
  const deadlineMs = environment.clock.monotonicMs() + PROFILE_WAIT_MS;
  const { profile } = isPersonal ? await environment.findProfile(request, exchange, deadlineMs) : STRANGER;
  const { lists } = catalog.supply.files;
  const nowMs = environment.clock.nowMs();
  const visit = makeVisit(request, exchange.id, isPersonal, profile, environment.locator, nowMs, lists);
  const scratch = environment.scratchFor(environment.snapshot());
  index.beginVisit(visit, scratch);
  const counts = request.impressions.map((impression) => {
    index.beginImpression(impression, scratch);
    let count = 0;
    while (index.next(scratch) >= 0) count++;
    return count;
  });
  index.endVisit(scratch);
  return counts;
}

function densityOf(counts: readonly number[], lineItems: number): MatchDensity {
  const sorted = counts.toSorted((a, b) => a - b);
  return {
    lineItems,
    impressions: counts.length,
    mean: counts.reduce((sum, count) => sum + count, 0) / Math.max(1, counts.length),
    median: sorted[sorted.length >> 1] ?? 0,
    most: sorted.at(-1) ?? 0,
  };
}
