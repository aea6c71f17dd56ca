import { Command } from 'commander';
import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { readLines } from '../files/file-lines.js';
import { writeLines } from '../files/write-lines.js';
import type { Clock } from '../lib/clock.js';
import { timeIn } from '../lib/option-reader.js';
import { askAdmin, type AdminAddress } from '../recording/admin-client.js';
import { RECORDING_DEFAULTS } from '../recording/ask.js';
import type { RecordingFigures } from '../recording/recorder.js';
import type { Settings } from '../settings.js';
import { errorText } from './error-text.js';
import { countText, wholeText, type Terminal } from './output.js';
import { progressBar } from './progress-bar.js';

export interface RecordCommandParts {
  readonly settings: () => Pick<Settings, 'adminPort' | 'adminToken'>;
  readonly clock: Clock;
  readonly terminal: Terminal;
  readonly exit: (code: number) => void;
  /** Aborted when the operator has enough. */
  readonly stop: () => AbortSignal;
}

interface Options {
  readonly admin?: string;
  readonly out: string;
  readonly share: string;
  readonly for: string;
  readonly by: string;
  readonly seed: string;
  readonly maxBytes: string;
  readonly json?: boolean;
}

interface Recorded {
  readonly file: string;
  readonly lines: number;
  readonly bytes: number;
  readonly stopped: boolean;
  /** The bidder's own account. */
  readonly figures: RecordingFigures;
}

const EXIT_LINES_MISSING = 1;
const EXIT_CANNOT = 2;
const EXIT_STOPPED = 130;
const LINE_BYTES_MAX = 1_048_576;
/** How often the progress is looked at. */
const PROGRESS_EVERY_MS = 100;

const HELP = `
The bidder samples what exchanges post to it and hands the lines to this command, which writes them to a new file. What leaves the bidder has no
ids of persons or devices in the fields for them: they are replaced by pseudonyms under a key that is thrown away at the end. Addresses are cut to /24
and /48, places to a kilometre, and years of birth to five years. Pages keep host and path, and whatever the bidder does not read is replaced by
something of the same shape. Of requests that allow nothing personal not even pseudonyms and paths are left. User agent, city, consent and page
stay, and a name in a path cannot be told from other words: treat the file as personal data. ARCHITECTURE.md has all of it.

--by visitor keeps everything that a sampled visitor sends, so that frequency caps replay as they were.

Examples:
  narrowcast record --share 0.01 --for 10m --out traffic.ndjson.gz
  narrowcast record --admin http://127.0.0.1:9090 --by visitor --share 0.05 --for 2h --max-bytes 2GB --out visitors.ndjson.gz

Exit code 0: every sampled request is in the file. 1: some are missing, because this command or its disk was too slow or --max-bytes was
reached. 2: nothing could be recorded, or not to the end. 130: Ctrl-C; the file has everything sampled before.
`;

/** `narrowcast record`: a traffic file of what a running bidder is asked, with ids of persons replaced. */
export function recordCommand(parts: RecordCommandParts): Command {
  return new Command('record')
    .description('Record a sample of the requests that a running bidder gets, with ids of persons replaced.')
    .requiredOption('--out <file>', 'a new file; compressed when it ends in .gz')
    .option('--admin <url>', "the bidder's admin port; this machine's otherwise. ADMIN_TOKEN is sent along")
    .option('--share <number>', 'of the requests or visitors, above 0 up to 1', RECORDING_DEFAULTS.share)
    .option('--for <time>', 'how long: 90s, 10m, 2h', RECORDING_DEFAULTS.for)
    .option('--by <what>', 'sample each request, or each visitor', RECORDING_DEFAULTS.by)
    .option('--seed <number>', 'another one samples others', RECORDING_DEFAULTS.seed)
    .option('--max-bytes <size>', 'stop after so much, before compression', RECORDING_DEFAULTS['max-bytes'])
    .option('--json', 'one JSON document for scripts')
    .addHelpText('after', HELP)
    .action(async (options: Options) => {
      const { stdout, stderr } = parts.terminal;
      try {
        const recorded = await record(options, parts);
        stdout.write(
          options.json === true ? `${JSON.stringify(recorded, null, 2)}\n` : recordedText(recorded),
        );
        parts.exit(exitCode(recorded));
      } catch (error) {
        stderr.write(`narrowcast: ${errorText(error)}\n`);
        parts.exit(EXIT_CANNOT);
      }
    });
}

async function record(options: Options, parts: RecordCommandParts): Promise<Recorded> {
  const { settings, stop } = parts;
  const { adminPort, adminToken } = settings();
  const address = { url: addressOf(options.admin ?? `http://127.0.0.1:${adminPort}`), token: adminToken };
  const { out: file, share, by, seed } = options;
  if (existsSync(file)) throw new Error(`${file} is there already: name another file, or remove it first`);
  const query = new URLSearchParams({ share, for: options.for, by, seed, 'max-bytes': options.maxBytes });
  const lines = await askAdmin(address, 'GET', `/record?${query.toString()}`);
  const signal = stop();
  signal.addEventListener('abort', () => void endRecording(address, lines));
  let done = 0;
  const stopShowing = showProgress(parts, timeIn(options.for, 1, Infinity) ?? 0, () => done);
  try {
    const written = await writeLines(file, textLines(lines), (count) => (done = count));
    const figures = (await json(await askAdmin(address, 'GET', '/recording'))) as RecordingFigures;
    return { file, ...written, stopped: signal.aborted, figures };
  } finally {
    stopShowing();
    lines.destroy();
  }
}

function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new Error(`--admin is ${JSON.stringify(text)} but must be an address such as http://127.0.0.1:9090`);
}

/** Has the bidder end it, so that what it had taken by then still comes. */
async function endRecording(address: AdminAddress, lines: Readable): Promise<void> {
  try {
    (await askAdmin(address, 'POST', '/recording/end')).resume();
  } catch (error) {
    lines.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** Without the empty lines that are signs of life. */
async function* textLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  for await (const { content } of readLines(chunks, LINE_BYTES_MAX)) {
    if ('problem' in content)
      throw new Error(`the bidder sent a line that cannot be read: ${content.problem}`);
    if (content.text !== '') yield content.text;
  }
}

function showProgress(
  { clock, terminal }: RecordCommandParts,
  lastsMs: number,
  count: () => number,
): () => void {
  const nowMs = (): number => clock.monotonicMs();
  const bar = progressBar(terminal.stderr, nowMs, 'second');
  const startMs = nowMs();
  const timer = setInterval(() => {
    const seconds = Math.floor((nowMs() - startMs) / 1_000);
    bar.show(seconds, Math.ceil(lastsMs / 1_000), ` ${countText(count(), 'request')} recorded`);
  }, PROGRESS_EVERY_MS);
  return () => {
    clearInterval(timer);
    bar.end();
  };
}

function recordedText({ file, lines, bytes, stopped, figures }: Recorded): string {
  const text = [
    `${countText(lines, 'request')} recorded, ${wholeText(bytes)} bytes before compression: ${file}`,
  ];
  if (stopped) text.push('Stopped before the end');
  const { seen, sampled, dropped, unreadable } = figures;
  text.push(`Of ${countText(seen, 'request')} that came, ${wholeText(sampled)} were in the sample`);
  if (dropped > 0)
    text.push(
      `${wholeText(dropped)} of them are missing, since they could not be taken in time or --max-bytes was reached`,
    );
  if (unreadable > 0) text.push(`${wholeText(unreadable)} of them were no JSON and are left out`);
  return `${text.join('\n')}\n`;
}

function exitCode({ stopped, figures }: Recorded): number {
  if (stopped) return EXIT_STOPPED;
  return figures.dropped > 0 ? EXIT_LINES_MISSING : 0;
}
