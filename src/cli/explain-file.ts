import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { pino } from 'pino';
import { createBidder } from '../app.js';
import type { Explanation } from '../bid/explain.js';
import { loadCatalog } from '../catalog/load.js';
import { systemClock } from '../lib/clock.js';
import { whenReady } from '../open-profiles.js';
import type { Settings } from '../settings.js';
import { formatExplanation } from './format-explanation.js';
import { styleFor } from './style.js';

export interface ExplainOptions {
  readonly exchange: string;
  readonly campaign?: string;
  readonly json?: boolean;
}

/**
 * Explains the request in a file with the configuration and the profiles at hand, without a running bidder.
 *
 * @returns the exit code: 0, or 1 when the exchange is unknown or the body is not JSON
 */
export async function explainFile(
  settings: Settings,
  file: string,
  options: ExplainOptions,
): Promise<number> {
  const body = file === '-' ? await buffer(process.stdin) : await readFile(file);
  const bidder = await createBidder(settings, { clock: systemClock, logger: pino({ level: 'silent' }) });
  const { catalog } = await loadCatalog({ configDir: settings.configDir, clock: systemClock });
  await bidder.use(catalog);
  await whenReady(bidder.store);
  const whole = await bidder.explain(options.exchange, body);
  await bidder.close();
  const explanation = options.campaign === undefined ? whole : onlyCampaign(whole, options.campaign);
  process.stdout.write(
    options.json
      ? `${JSON.stringify(explanation, null, 2)}\n`
      : formatExplanation(explanation, styleFor(process.stdout)),
  );
  return explanation.outcome === 'bid' || explanation.outcome === 'no-bid' ? 0 : 1;
}

function onlyCampaign(explanation: Explanation, campaign: string): Explanation {
  return {
    ...explanation,
    impressions: explanation.impressions.map((impression) => ({
      ...impression,
      lineItems: impression.lineItems.filter((lineItem) => lineItem.campaign === campaign),
    })),
  };
}
