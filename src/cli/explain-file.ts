import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { pino } from 'pino';
import type { Explanation } from '../bid/explain.js';
import { formatFinding } from '../catalog/finding.js';
import { syntaxFaultOf } from '../catalog/json-file.js';
import { openLastGood, readOnly } from '../catalog/last-good.js';
import { createCatalogLoader } from '../catalog/load.js';
import { createStandaloneBidder } from '../create-bidder.js';
import type { Catalog } from '../domain/catalog.js';
import { systemClock } from '../lib/clock.js';
import { nearestWord } from '../lib/words.js';
import { whenReady } from '../open-profiles.js';
import type { Settings } from '../settings.js';
import { formatExplanation } from './format-explanation.js';
import type { Terminal } from './output.js';
import { styleFor } from './style.js';

const NAMES_TOLD_MAX = 12;

export interface ExplainOptions {
  readonly exchange: string;
  readonly campaign?: string;
  readonly json?: boolean;
}

/**
 * Explains the request in a file with the configuration and the profiles at hand, without a running bidder. Campaign
 * files with mistakes count in their last good version, as they do for a running bidder; the mistakes are told on
 * standard error.
 *
 * @param file a path, or `-` for standard input
 * @returns the exit code: 0 for a request that was answered, with a bid or without; 1 when it is no bid request, or
 *   when the exchange or the campaign is unknown
 * @throws when the file cannot be read
 */
export async function explainFile(
  settings: Settings,
  file: string,
  options: ExplainOptions,
  terminal: Terminal = process,
): Promise<number> {
  const body = file === '-' ? await buffer(terminal.stdin) : await readRequest(file);
  const { configDir, dataDir } = settings;
  const loader = createCatalogLoader({ configDir, dataDir }, readOnly(openLastGood(dataDir)));
  const { catalog, problems } = await loader.load();
  const { colour } = styleFor(terminal.stderr);
  for (const problem of problems) terminal.stderr.write(`${formatFinding(problem, { colour })}\n`);
  const unknown = unknownName(catalog, options);
  if (unknown !== undefined) {
    terminal.stderr.write(`narrowcast: ${unknown}\n`);
    return 1;
  }

  const logger = pino({ level: 'silent' });
  const bidder = await createStandaloneBidder(settings, { clock: systemClock, logger });
  await bidder.use(catalog);
  try {
    await whenReady(bidder.store);
    const explained = await bidder.explain(options.exchange, body, options.campaign);
    const whole = located(explained, body);
    const explanation = options.campaign === undefined ? whole : withOwnResponse(whole);
    terminal.stdout.write(
      options.json
        ? `${JSON.stringify(explanation, null, 2)}\n`
        : formatExplanation(explanation, styleFor(terminal.stdout)),
    );
    return isAnswered(explanation) ? 0 : 1;
  } finally {
    await bidder.close();
  }
}

async function readRequest(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    const advice = 'name a file with one bid request as JSON, or - for standard input';
    if (error.code === 'ENOENT') throw new Error(`there is no file ${file}; ${advice}`, { cause: error });
    if (error.code === 'EISDIR') throw new Error(`${file} is a folder; ${advice}`, { cause: error });
    throw new Error(`${file} cannot be read (${String(error.code)}); ${advice}`, { cause: error });
  }
}

/** @returns what to say about a name that stands for nothing, and which one was probably meant */
function unknownName({ exchanges, campaigns }: Catalog, { exchange, campaign }: ExplainOptions) {
  if (!exchanges.has(exchange)) return missingName('exchange', exchange, [...exchanges.keys()]);
  const ids = campaigns.map(({ id }) => id);
  const isKnown = campaign === undefined || ids.some((id) => id === campaign);
  return isKnown ? undefined : missingName('campaign', campaign, ids);
}

function missingName(what: string, name: string, known: readonly string[]): string {
  const near = nearestWord(name, known);
  const told = known.slice(0, NAMES_TOLD_MAX).join(', ') || 'none';
  const others = known.length > NAMES_TOLD_MAX ? ` and ${known.length - NAMES_TOLD_MAX} others` : '';
  const guess = near === undefined ? '' : `did you mean ${near}? `;
  return `there is no ${what} ${name}; ${guess}the ${what}s there are: ${told}${others}`;
}

/** A body that is no JSON, with the place where it stops being it. */
function located(explanation: Explanation, body: Uint8Array): Explanation {
  const fault = explanation.outcome === 'malformed' ? syntaxFaultOf(body) : undefined;
  if (!fault) return explanation;
  const problem = `${explanation.problem}: line ${fault.line}, column ${fault.column}: ${fault.message}`;
  return { ...explanation, problem };
}

/** Of an explanation of one campaign: the response only when that campaign bids in it. */
function withOwnResponse(explanation: Explanation): Explanation {
  const items = explanation.impressions.flatMap(({ lineItems }) => lineItems);
  const bids = items.some(({ verdict }) => verdict === 'bids');
  return { ...explanation, response: bids ? explanation.response : undefined };
}

function isAnswered({ outcome, reason }: Explanation): boolean {
  return outcome === 'bid' || (outcome === 'no-bid' && reason !== 'invalid-request');
}
