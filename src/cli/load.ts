import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import type { Clock } from '../lib/clock.js';
import { findMaxRate, whyNotHeld, type MaxRate } from '../load/find-max-rate.js';
import { htmlReport } from '../load/html-report.js';
import type { LoadResult, RequestFigures } from '../load/load-result.js';
import { runLoad, type LoadOptions, type LoadProgress } from '../load/run-load.js';
import { LINES_MAX, loadTraffic, type Traffic } from '../load/traffic.js';
import { errorText } from './error-text.js';
import { readLoadOptions, type LoadCommandOptions, type LoadOptionTexts } from './load-options.js';
import { loadText, maxRateText, stepHeads, stepText } from './load-text.js';
import { wholeText, type Terminal } from './output.js';
import { progressBar } from './progress-bar.js';
import { styleFor } from './style.js';

/** What the command needs from the house. */
export interface LoadCommandParts {
  readonly clock: Clock;
  readonly terminal: Pick<Terminal, 'stdout' | 'stderr'>;
  readonly exit: (code: number) => void;
  /** For admin ports that ask for one. */
  readonly adminToken: () => string | undefined;
  /** Calls back at the first Ctrl-C. @returns how to stop listening */
  readonly onInterrupt: (stop: () => void) => () => void;
}

const EXIT_BAD = 1;
const EXIT_CANNOT = 2;
/** Between two steps of a search. */
const PAUSE_MS = 500;
const HELP = `
Requests are sent when they are due, whatever is still outstanding, and latency counts from when a request was due: waits for a busy
bidder, a busy connection or a busy generator are all in it. Of each traffic file the lines are sent in their order, again and again;
with several files each request is taken from one of them by their weights. The end of each request's id is replaced, so that no two
have the same. Nothing is sent to any address but URL and --admin. Ctrl-C prints what was measured so far.

Examples:
  narrowcast load http://127.0.0.1:8080/openrtb2/generic traffic.ndjson --rate 2000 --for 30s
  narrowcast load http://127.0.0.1:8080/openrtb2/generic web.ndjson=3 app.ndjson=1 --rate 500 --gzip 50% --html report.html
  narrowcast load http://127.0.0.1:8080/openrtb2/generic traffic.ndjson --find-max --deadline 100ms --admin http://127.0.0.1:9090

Exit code 0: it was measured. Exit code 1: with --fail-over, more requests were late or failed than it allows, p99 was above
--deadline, or nothing was measured; with --find-max, no rate was held. Exit code 2: it cannot be tried: an option, a file or the
bidder cannot be used, or no answer was any of a bidder's.
`;

/** `narrowcast load URL FILE…` */
export function loadCommand(parts: LoadCommandParts): Command {
  return new Command('load')
    .description('Send bid requests at a constant rate and measure how late the answers come.')
    .argument('<url>', 'where the bidder takes bid requests')
    .argument('<traffic...>', 'files of bid requests, one a line; file=weight to mix several')
    .option('--rate <number>', 'requests a second; with --find-max the first rate that is tried')
    .option('--for <time>', 'how long is measured (default: 30s; with --find-max 5s for each step)')
    .option('--warm-up <time>', 'how long is sent before that (default: 5s; with --find-max 1s)')
    .option('--connections <number>', 'connections that are kept open', '32')
    .option('--connections-max <number>', 'how many there may be while all are busy', '256')
    .option('--gzip <share>', 'share of the requests that are sent compressed', '0')
    .option('--timeout <time>', "when an answer is late (default: the request's own tmax, else 200ms)")
    .option('--patience <time>', 'how long a late answer is still waited for', '2s')
    .option('--find-max', 'look for the highest rate that keeps the deadline without timeouts and errors')
    .option('--deadline <time>', 'how high p99 may be (default: --timeout, else 200ms)')
    .option('--fail-over <share>', 'share of late and failed requests that is still fine, such as 0.1%')
    .option('--admin <url>', "the bidder's admin port, to tell its processor time and memory")
    .option('--seed <number>', 'chooses the files and what is compressed', '1')
    .option('--json', 'one JSON document for scripts')
    .option('--html <file>', 'write a report with plots')
    .addHelpText('after', HELP)
    .action(async (url: string, files: string[], texts: LoadOptionTexts) => {
      try {
        parts.exit(await load(readLoadOptions(url, files, texts), parts));
      } catch (error) {
        parts.terminal.stderr.write(`narrowcast: ${errorText(error)}\n`);
        parts.exit(EXIT_CANNOT);
      }
    });
}

/** @returns the exit code */
async function load(options: LoadCommandOptions, parts: LoadCommandParts): Promise<number> {
  const traffic = await loadTraffic(options.url, options.sources, options);
  for (const { path, isCut } of traffic.parts) {
    if (isCut) {
      parts.terminal.stderr.write(
        `warning: ${path}: only its first ${wholeText(LINES_MAX)} lines are sent\n`,
      );
    }
  }
  const stopping = new AbortController();
  const stopListening = parts.onInterrupt(() => stopping.abort());
  const { durationMs, warmUpMs, connections, connectionsMax, patienceMs, seed, admin } = options;
  const common: Omit<LoadOptions, 'ratePerSecond'> = {
    traffic,
    durationMs,
    warmUpMs,
    connections,
    connectionsMax,
    patienceMs,
    seed,
    admin: admin && { url: admin, token: parts.adminToken() },
    signal: stopping.signal,
  };
  try {
    return await (options.findsMax ? findMax : loadOnce)(options, common, parts);
  } finally {
    stopListening();
  }
}

async function loadOnce(
  options: LoadCommandOptions,
  common: Omit<LoadOptions, 'ratePerSecond'>,
  { terminal, clock }: LoadCommandParts,
): Promise<number> {
  const { ratePerSecond, deadlineMs, isDeadlineGiven, failOver } = options;
  const bar = progressBar(terminal.stderr, () => clock.monotonicMs());
  const onProgress = ({ done, all, phase, p99Ms }: LoadProgress) =>
    bar.show(done, all, `${phase}, p99 ${p99Ms.toFixed(1)} ms`);
  let result: LoadResult;
  try {
    result = await runLoad({ ...common, ratePerSecond, onProgress });
  } finally {
    bar.end();
  }
  mustBeOfABidder([result.measured, result.warmUp]);
  const document = { ...about(options, common.traffic), ...result };
  terminal.stdout.write(
    options.json
      ? `${JSON.stringify(document, null, 2)}\n`
      : loadText(result, deadlineMs, styleFor(terminal.stdout)),
  );
  writeHtml(options, common.traffic, { runs: [result], maxRate: undefined });
  if (failOver === undefined) return 0;
  const limits = { deadlineMs: isDeadlineGiven ? deadlineMs : Infinity, badShareMax: failOver };
  return result.measured.due > 0 && whyNotHeld(result, limits) === '' ? 0 : EXIT_BAD;
}

async function findMax(
  options: LoadCommandOptions,
  common: Omit<LoadOptions, 'ratePerSecond'>,
  { terminal, clock }: LoadCommandParts,
): Promise<number> {
  const { ratePerSecond, deadlineMs, failOver, json } = options;
  const style = styleFor(terminal.stdout);
  const bar = progressBar(terminal.stderr, () => clock.monotonicMs());
  let trying = '';
  if (!json) terminal.stdout.write(stepHeads(style));
  let found: MaxRate;
  try {
    found = await findMaxRate({
      ...common,
      startRatePerSecond: ratePerSecond,
      deadlineMs,
      badShareMax: failOver ?? 0,
      pauseMs: PAUSE_MS,
      onTry: (rate, tries) => (trying = `at ${wholeText(rate)}/s${tries > 1 ? ' once more' : ''}`),
      onProgress: ({ done, all, p99Ms }) => bar.show(done, all, `${trying}, p99 ${p99Ms.toFixed(1)} ms`),
      onStep: (step) => {
        bar.end();
        if (!json) terminal.stdout.write(stepText(step, style));
        mustBeOfABidder([step.result.measured, step.result.warmUp]);
      },
    });
  } finally {
    bar.end();
  }
  const document = { ...about(options, common.traffic), deadlineMs, ...found };
  terminal.stdout.write(
    json ? `${JSON.stringify(document, null, 2)}\n` : maxRateText(found, deadlineMs, style),
  );
  writeHtml(options, common.traffic, { runs: found.steps.map(({ result }) => result), maxRate: found });
  return found.ratePerSecond > 0 ? 0 : EXIT_BAD;
}

/** @throws an Error when there were answers and none was a bid or a no-bid: the address is wrong, or the traffic */
function mustBeOfABidder(stretches: readonly RequestFigures[]): void {
  const statuses = new Set(stretches.flatMap((figures) => Object.keys(figures.statuses)));
  const isRefusal = (status: string) => status.startsWith('3') || status.startsWith('4');
  if (statuses.size > 0 && [...statuses].every(isRefusal)) {
    throw new Error(`every answer was ${[...statuses].join(' or ')}: are the address and the traffic right?`);
  }
}

/** What is sent where, for those who read a result later. */
function about({ url, gzipShare, seed }: LoadCommandOptions, { parts }: Traffic) {
  return {
    url: url.href,
    traffic: parts.map(({ path, weight, requests }) => ({ path, weight, requests: requests.length })),
    gzipShare,
    seed,
  };
}

function writeHtml(
  { html, url, deadlineMs }: LoadCommandOptions,
  { parts }: Traffic,
  measured: { readonly runs: readonly LoadResult[]; readonly maxRate: MaxRate | undefined },
): void {
  if (html === undefined) return;
  const traffic = parts.map(({ path, weight }) => (parts.length === 1 ? path : `${path} (weight ${weight})`));
  writeFileSync(html, htmlReport({ url: url.href, traffic, deadlineMs, ...measured }));
}
