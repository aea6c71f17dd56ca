import { Command } from 'commander';
import { stat } from 'node:fs/promises';
import { formatFinding } from '../catalog/finding.js';
import { openLastGood, readOnly } from '../catalog/last-good.js';
import { createCatalogLoader } from '../catalog/load.js';
import type { Catalog } from '../domain/catalog.js';
import type { TrafficFault } from '../files/read-traffic.js';
import type { Clock } from '../lib/clock.js';
import { SEED_MAX } from '../lib/option-reader.js';
import { nearestWord } from '../lib/words.js';
import { openReplay, type ReplayWorld } from '../open-replay.js';
import { replayTraffic, type ReplayedTraffic } from '../replay/replay-traffic.js';
import type { Settings } from '../settings.js';
import { openBidsFile, type BidsFile } from './bids-file.js';
import { errorText } from './error-text.js';
import { instant, numberOf, wholeNumberOf } from './option-values.js';
import { countText, wholeText, type Terminal } from './output.js';
import { progressBar } from './progress-bar.js';
import { replayText } from './replay-text.js';
import { styleFor } from './style.js';

/** What the command needs from the house. */
export interface ReplayCommandParts {
  readonly settings: () => Settings;
  readonly clock: Clock;
  readonly terminal: Pick<Terminal, 'stdout' | 'stderr'>;
  readonly exit: (code: number) => void;
}

interface ReplayCommandOptions {
  readonly exchange: string;
  readonly start?: number;
  readonly rate: number;
  readonly winRate: number;
  readonly limit?: number;
  readonly seed: number;
  readonly explain?: boolean;
  readonly json?: boolean;
  readonly out?: string;
}

const FAULTS_TOLD_MAX = 20;
const DAY_MS = 86_400_000;
const RATE_MAX = 10_000;
/** How often the progress is looked at. */
const PROGRESS_REQUESTS = 256;
const HELP = `
A traffic file has a request a line: {"t_ms": 0, "request": {…}}, and where the end of the auction is known also
"outcome": {"price": 1.2, "click": true, "conversion": false}, whose price is the least CPM in US dollars that would have won.
A bid of at least that wins. In a second-price auction it pays that, at least the floor; in others what was bid. Wins, losses,
impressions, clicks and conversions are told to the bidder 0.1, 0.1, 1, 5 and 10 seconds after the bid.

The bidder is the one that serves, with an own clock, and nothing spent, shown or learnt before. Nothing is booked
or written, but for --out. The same file, configuration and options give the same output, to the byte.

Example:
  narrowcast replay fixtures/traffic/sample.ndjson --start 2026-11-25T07:00:00Z --explain

Exit code 0: the file was replayed; lines that cannot be used are told on standard error and left out. Exit code 1: there was
nothing to replay, or the file, the exchange, an option or a setting cannot be used.
`;

/** `narrowcast replay` */
export function replayCommand(parts: ReplayCommandParts): Command {
  return new Command('replay')
    .description('Play recorded traffic through the bidder: what it would bid, buy and spend. Books nothing.')
    .argument('<file>', 'requests, one a line; compressed when it ends in .gz')
    .option('--exchange <name>', 'of lines that name none', 'generic')
    .option('--start <time>', 'when the first request comes; default: the start of today, UTC', instant)
    .option(
      '--rate <number>',
      'how many requests a second come that have no time',
      numberOf(1e-6, RATE_MAX),
      100,
    )
    .option(
      '--win-rate <share>',
      'share of the bids that win where the file does not tell, 0 to 1; 0: their end stays unknown',
      numberOf(0, 1),
      0,
    )
    .option('--limit <number>', 'play only so many requests', wholeNumberOf(1, Number.MAX_SAFE_INTEGER))
    .option('--seed <number>', 'of the ids of bids and all that is random', wholeNumberOf(0, SEED_MAX), 1)
    .option('--explain', 'tell why each line item did not bid; slower')
    .option('--out <file>', 'write every bid as a line of JSON, with what became of it')
    .option('--json', 'the whole report as JSON')
    .addHelpText('after', HELP)
    .action(async (file: string, options: ReplayCommandOptions) => {
      try {
        parts.exit(await replay(parts, file, options));
      } catch (error) {
        parts.terminal.stderr.write(`narrowcast: ${errorText(error)}\n`);
        parts.exit(1);
      }
    });
}

/** @returns the exit code */
async function replay(
  { settings: read, clock, terminal }: ReplayCommandParts,
  file: string,
  options: ReplayCommandOptions,
): Promise<number> {
  const settings = read();
  const { stdout, stderr } = terminal;
  const bytes = await sizeOf(file);
  const { start: startMs = clock.nowMs() - (clock.nowMs() % DAY_MS) } = options;
  const catalog = await loadCatalog(settings, stderr);
  requireExchange(catalog, options.exchange);
  if (!isAnyInFlight(catalog, startMs))
    stderr.write(
      `no campaign is in flight at ${new Date(startMs).toISOString()}; --start says when the traffic begins\n`,
    );
  const { seed, explain: explains = false } = options;
  const world = await openReplay(settings, catalog, { startMs, seed, explains });
  try {
    const traffic = await playInto(options.out, world, { file, bytes, options, stderr, clock });
    if (traffic.requests === 0) {
      const why =
        traffic.faults > 0 ? `none of its ${countText(traffic.faults, 'line')} can be used` : 'it is empty';
      stderr.write(`narrowcast: ${file} has no requests: ${why}\n`);
      return 1;
    }
    const report = await world.report({ file, traffic });
    stdout.write(
      options.json ? `${JSON.stringify(report, null, 2)}\n` : replayText(report, styleFor(stdout)),
    );
    return 0;
  } finally {
    await world.close();
  }
}

interface Playing {
  readonly file: string;
  readonly bytes: number;
  readonly options: ReplayCommandOptions;
  readonly stderr: Terminal['stderr'];
  readonly clock: Clock;
}

/** @param bidsPath undefined where no file of bids is wanted */
async function playInto(
  bidsPath: string | undefined,
  world: ReplayWorld,
  playing: Playing,
): Promise<ReplayedTraffic> {
  if (bidsPath === undefined) return play(world, playing);
  const out = openBidsFile(bidsPath, playing.file);
  try {
    return await play(world, playing, out);
  } finally {
    await out.end();
  }
}

async function play(
  world: ReplayWorld,
  { file, bytes, options, stderr, clock }: Playing,
  out?: BidsFile,
): Promise<ReplayedTraffic> {
  const bar = progressBar(stderr, () => clock.monotonicMs(), 'byte');
  const startedMs = clock.monotonicMs();
  const speedOf = (requests: number): string => {
    const seconds = Math.max(0.001, (clock.monotonicMs() - startedMs) / 1000);
    return `${countText(requests, 'request')}, ${wholeText(requests / seconds)} a second`;
  };
  let told = 0;
  const traffic = await replayTraffic(world.target, {
    path: file,
    exchange: options.exchange,
    rate: options.rate,
    limit: options.limit ?? Infinity,
    assumed: { winShare: options.winRate, seed: options.seed },
    onFault: ({ message }: TrafficFault) => {
      if (told++ >= FAULTS_TOLD_MAX) return;
      bar.end();
      stderr.write(`${message}; the line is left out\n`);
    },
    onProgress: (requests, bytesRead) => {
      if (requests % PROGRESS_REQUESTS === 0) bar.show(bytesRead, bytes, `  ${speedOf(requests)}`);
    },
    onBids: (line, bids) => out?.write(line, bids),
  });
  bar.end();
  if (told > FAULTS_TOLD_MAX)
    stderr.write(`and ${countText(told - FAULTS_TOLD_MAX, 'other line')} left out\n`);
  stderr.write(`${speedOf(traffic.requests)}\n`);
  return traffic;
}

/** Campaign files with mistakes count in their last good version, as for a running bidder. */
async function loadCatalog({ configDir, dataDir }: Settings, stderr: Terminal['stderr']): Promise<Catalog> {
  const loader = createCatalogLoader({ configDir, dataDir }, readOnly(openLastGood(dataDir)));
  const { catalog, problems } = await loader.load();
  const { colour } = styleFor(stderr);
  for (const problem of problems) stderr.write(`${formatFinding(problem, { colour })}\n`);
  return catalog;
}

function requireExchange({ exchanges }: Catalog, name: string): void {
  if (exchanges.has(name)) return;
  const known = [...exchanges.keys()];
  const near = nearestWord(name, known);
  const guess = near === undefined ? '' : `did you mean ${near}? `;
  throw new Error(`there is no exchange ${name}; ${guess}the exchanges there are: ${known.join(', ')}`);
}

function isAnyInFlight({ campaigns }: Catalog, nowMs: number): boolean {
  return campaigns.some(
    ({ status, flight }) => status === 'active' && flight.startMs <= nowMs && nowMs < flight.endMs,
  );
}

/** @throws an error that says what to do */
async function sizeOf(file: string): Promise<number> {
  const advice = 'name a file with a bid request on each line';
  try {
    const found = await stat(file);
    if (found.isFile()) return found.size;
  } catch (error) {
    throw new Error(`${file} cannot be read; ${advice}`, { cause: error });
  }
  throw new Error(`${file} is no file; ${advice}`);
}
