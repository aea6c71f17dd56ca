import { Argument, Command } from 'commander';
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { writeLines } from '../files/write-lines.js';
import type { Clock } from '../lib/clock.js';
import type { Settings } from '../settings.js';
import { syntheticCampaigns } from '../synthetic/campaigns.js';
import { syntheticProfiles } from '../synthetic/profiles.js';
import {
  BODY_BYTES_DEFAULT,
  DAY_DEFAULT,
  syntheticRequests,
  type SyntheticRequest,
} from '../synthetic/requests.js';
import { createWorld, type World } from '../synthetic/world.js';
import { errorText } from './error-text.js';
import { matchDensity, type MatchDensity } from './match-density.js';
import { countText, wholeText, type Terminal } from './output.js';
import { progressBar } from './progress-bar.js';
import { readSynthesizeOptions, type SynthesizeOptions, type SynthesizeTexts } from './synthesize-options.js';

export interface SynthesizeCommandParts {
  readonly settings: () => Settings;
  readonly clock: Clock;
  readonly terminal: Terminal;
  readonly exit: (code: number) => void;
}

/** What was made, as `--json` tells it. */
interface Made {
  readonly seed: number;
  readonly requests?: FileMade;
  readonly profiles?: FileMade;
  readonly campaigns?: CampaignsMade;
  readonly density?: MatchDensity;
}

interface FileMade {
  readonly file: string;
  readonly lines: number;
  /** Before compression. */
  readonly bytes: number;
  readonly seconds: number;
}

interface CampaignsMade {
  readonly folder: string;
  readonly campaigns: number;
  readonly lineItems: number;
}

const WHATS = ['requests', 'profiles', 'campaigns', 'all'] as const;
type What = (typeof WHATS)[number];

const EXIT_CANNOT = 2;
/** Requests of which it is counted who wants their impressions. */
const DENSITY_REQUESTS = 500;
const HELP = `
Equal seeds and options give equal bytes. Visitors, sites and prices hang on the seed alone, so requests, profiles and campaigns of one seed
belong together. Nothing that is there is written over.

  requests   a traffic file, compressed when --out ends in .gz: {"t_ms", "exchange", "request", "outcome"} a line
  profiles   a profile file, those first whose visitors come most often; fewer lines when there are no more visitors
  campaigns  a configuration folder: campaigns, and everything else of CONFIG_DIR but its campaigns and settings
  all        a folder with all three: config, profiles and traffic.ndjson.gz

Examples:
  narrowcast synthesize all --count 100000 --line-items 10000 --out /tmp/market
  narrowcast synthesize requests --count 1000000 --outcomes --over 24h --out day.ndjson.gz
  narrowcast synthesize requests --count 50000 --mix video=50,pod=50 --body-bytes 2000-8000 --out video.ndjson
  narrowcast synthesize campaigns --line-items 100000 --targeting narrow --out /tmp/config

Exit code 0 when everything was written, 2 when not.
`;

/** `narrowcast synthesize …`: traffic, profiles and campaigns out of nothing but a seed. */
export function synthesizeCommand(parts: SynthesizeCommandParts): Command {
  return new Command('synthesize')
    .description('Make up bid requests, profiles and campaigns, as many as wanted, from a seed.')
    .addArgument(new Argument('<what>', 'what to make').choices([...WHATS]))
    .requiredOption('--out <path>', 'the file, or for campaigns and all the folder, to write')
    .option('--seed <number>', 'another one makes another world', '1')
    .option('--count <number>', 'how many requests', '10000')
    .option('--line-items <number>', 'how many line items, over all campaigns', '1000')
    .option('--profiles <number>', 'how many lines of profiles, at most', '50000')
    .option('--visitors <number>', 'how many visitors there are; few of them come often', '100000')
    .option('--day <date>', 'the day that requests begin on, at 00:00 UTC', DAY_DEFAULT)
    .option('--over <time>', 'the time that the requests take: 90s, 30m, 24h, 7d', '24h')
    .option(
      '--mix <parts>',
      'kinds of requests, such as banner=60,interstitial=8,video=14,audio=3,native=10,pod=3,dooh=2',
    )
    .option(
      '--body-bytes <range>',
      'sizes of requests',
      `${BODY_BYTES_DEFAULT.from}-${BODY_BYTES_DEFAULT.to}`,
    )
    .option('--outcomes', 'tell what would have won, and what the visitor did then')
    .option('--exchanges <names>', 'who sends the requests, with commas between', 'generic')
    .option('--targeting <breadth>', 'how much line items ask for: narrow, mixed or broad', 'mixed')
    .option('--json', 'one JSON document for scripts')
    .addHelpText('after', HELP)
    .action(async (what: What, texts: SynthesizeTexts) => {
      try {
        await run(what, readSynthesizeOptions(texts), parts);
      } catch (error) {
        parts.terminal.stderr.write(`narrowcast: ${errorText(error)}\n`);
        parts.exit(EXIT_CANNOT);
      }
    });
}

async function run(what: What, options: SynthesizeOptions, parts: SynthesizeCommandParts): Promise<void> {
  const { out, seed, visitors, json } = options;
  refuseToOverwrite(out);
  const world = createWorld({ seed, visitors });
  const all = what === 'all';
  const configDir = all ? join(out, 'config') : out;
  const profilesDir = join(out, 'profiles');
  if (all) mkdirSync(profilesDir, { recursive: true });
  else if (what !== 'campaigns') mkdirSync(dirname(resolve(out)), { recursive: true });
  const requestsFile = all ? join(out, 'traffic.ndjson.gz') : out;
  const profilesFile = all ? join(profilesDir, 'profiles.ndjson') : out;
  const made: Made = {
    seed,
    ...(all || what === 'campaigns' ? { campaigns: makeCampaigns(world, configDir, options, parts) } : {}),
    ...(all || what === 'profiles'
      ? { profiles: await makeProfiles(world, profilesFile, options, parts) }
      : {}),
    ...(all || what === 'requests'
      ? { requests: await makeRequests(world, requestsFile, options, parts) }
      : {}),
    ...(all ? { density: await densityOf(world, { configDir, profilesDir }, options, parts) } : {}),
  };
  parts.terminal.stdout.write(json ? `${JSON.stringify(made, null, 2)}\n` : madeText(made, out));
}

function refuseToOverwrite(out: string): void {
  if (!existsSync(out)) return;
  throw new Error(`${out} is there already: name another place, or remove it first`);
}

async function makeRequests(
  world: World,
  file: string,
  options: SynthesizeOptions,
  { clock, terminal }: SynthesizeCommandParts,
): Promise<FileMade> {
  const { requests: count, overMs } = options;
  const drawn = syntheticRequests(world, { ...options, perSecond: (count / overMs) * 1_000 });
  return makeFile(file, first(count, drawn, trafficLine), { count, noun: 'request' }, { clock, terminal });
}

async function makeProfiles(
  world: World,
  file: string,
  { profiles: count }: SynthesizeOptions,
  { clock, terminal }: SynthesizeCommandParts,
): Promise<FileMade> {
  const lines = first(count, syntheticProfiles(world), (line) => JSON.stringify(line));
  return makeFile(file, lines, { count, noun: 'profile' }, { clock, terminal });
}

async function makeFile(
  file: string,
  lines: Iterable<string>,
  { count, noun }: { readonly count: number; readonly noun: string },
  { clock, terminal }: Pick<SynthesizeCommandParts, 'clock' | 'terminal'>,
): Promise<FileMade> {
  const startMs = clock.monotonicMs();
  const bar = progressBar(terminal.stderr, () => clock.monotonicMs(), noun);
  try {
    const written = await writeLines(file, lines, (done) => bar.show(done, count, 'written'));
    return { file, ...written, seconds: (clock.monotonicMs() - startMs) / 1_000 };
  } finally {
    bar.end();
  }
}

/** The body stands in the line as it is posted. */
function trafficLine({ tMs, exchange, body, outcome }: SyntheticRequest): string {
  const end = outcome === undefined ? '' : `,"outcome":${JSON.stringify(outcome)}`;
  return `{"t_ms":${tMs},"exchange":"${exchange}","request":${body}${end}}`;
}

function* first<T>(count: number, items: Iterable<T>, line: (item: T) => string): Generator<string> {
  if (count === 0) return;
  let done = 0;
  for (const item of items) {
    yield line(item);
    if (++done === count) return;
  }
}

/** Campaigns, and beside them all that CONFIG_DIR has but its own campaigns and settings. */
function makeCampaigns(
  world: World,
  folder: string,
  { lineItems, breadth }: SynthesizeOptions,
  { settings, clock, terminal }: SynthesizeCommandParts,
): CampaignsMade {
  const { configDir } = settings();
  const left = new Set(['campaigns', 'bidder.env']);
  cpSync(configDir, folder, {
    recursive: true,
    filter: (source) => !left.has(relative(configDir, source)),
  });
  const campaignsDir = join(folder, 'campaigns');
  mkdirSync(campaignsDir);
  const bar = progressBar(terminal.stderr, () => clock.monotonicMs(), 'line item');
  let done = 0;
  for (const campaign of syntheticCampaigns(world, { lineItems, breadth })) {
    writeFileSync(join(campaignsDir, `${campaign.id}.json`), `${JSON.stringify(campaign, null, 2)}\n`);
    done += campaign.lineItems.length;
    bar.show(done, lineItems, 'written');
  }
  bar.end();
  return { folder, campaigns: readdirSync(campaignsDir).length, lineItems: done };
}

async function densityOf(
  world: World,
  folders: { readonly configDir: string; readonly profilesDir: string },
  options: SynthesizeOptions,
  { settings }: SynthesizeCommandParts,
): Promise<MatchDensity> {
  const requests: SyntheticRequest[] = [];
  for (const request of syntheticRequests(world, options)) {
    if (requests.push(request) === DENSITY_REQUESTS) break;
  }
  return matchDensity(settings(), folders, requests);
}

function madeText({ requests, profiles, campaigns, density }: Made, out: string): string {
  const lines: string[] = [];
  if (campaigns) {
    const { folder, lineItems } = campaigns;
    lines.push(
      `${countText(lineItems, 'line item')} in ${countText(campaigns.campaigns, 'campaign')}: ${folder}`,
    );
  }
  if (profiles) lines.push(fileText(profiles, 'profile'));
  if (requests) lines.push(fileText(requests, 'request'));
  if (density) {
    const share = (100 * density.mean) / Math.max(1, density.lineItems);
    lines.push(
      `An impression is wanted by ${wholeText(density.mean)} line items on average (${share.toFixed(2)} %), ` +
        `half of them by ${wholeText(density.median)} at most, one by ${wholeText(density.most)}`,
      `Serve it: CONFIG_DIR=${join(out, 'config')} PROFILES=${join(out, 'profiles')} DATA_DIR=${join(out, 'var')} narrowcast serve`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function fileText({ file, lines, bytes, seconds }: FileMade, noun: string): string {
  const each = wholeText(bytes / Math.max(1, lines));
  const rate = wholeText(lines / Math.max(seconds, 0.001));
  return `${countText(lines, noun)} of ${each} bytes on average, in ${seconds.toFixed(1)} s (${rate}/s): ${file}`;
}
