import { join } from 'node:path';
import { createBidHandler } from '../../src/bid/handler.js';
import { createBidRecorder } from '../../src/bid/record-events.js';
import { openLastGood, readOnly } from '../../src/catalog/last-good.js';
import { createCatalogLoader } from '../../src/catalog/load.js';
import { SILENT_EVENTS, type BidAnswer } from '../../src/domain/ports.js';
import { openReplay } from '../../src/open-replay.js';
import { readSettings } from '../../src/settings.js';
import type { Market } from './market.js';

/** The whole bid path in this process, money and counters included; no HTTP, and nothing is written to a disk. */
export interface PathInProcess {
  /** Answers one request. @throws the mistake of the program that it met */
  readonly answer: (body: Uint8Array) => Promise<BidAnswer>;
  readonly close: () => Promise<void>;
}

/** Between two requests, on the bidder's own clock: what is set aside for bids must be let go of some time. */
const STEP_MS = 0.1;
const TICK_EVERY = 1_000;
const SAMPLE_SHARE = 0.01;

export async function openPathInProcess({ folder, environment }: Market): Promise<PathInProcess> {
  const settings = readSettings(environment);
  const { catalog } = await createCatalogLoader(
    { configDir: settings.configDir, dataDir: join(folder, 'data') },
    readOnly(openLastGood(join(folder, 'data'))),
  ).load();
  const world = await openReplay(settings, catalog, { startMs: Date.now(), seed: 1, explains: false });
  const { environment: env, timeline, deliveries } = world.target;
  const recorder = createBidRecorder(SILENT_EVENTS, SAMPLE_SHARE, env.clock);
  let mistake: unknown;
  const handle = createBidHandler(env, recorder, deliveries, (error) => (mistake = error));
  let count = 0;
  return {
    async answer(body) {
      count += 1;
      if (count % TICK_EVERY === 0) await timeline.runUntil(count * STEP_MS);
      const receivedMs = env.clock.monotonicMs();
      const answer = await handle({ exchange: 'generic', body, receivedMs });
      if (mistake !== undefined) throw mistake;
      return answer;
    },
    close: world.close,
  };
}
