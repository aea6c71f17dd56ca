import { Command } from 'commander';
import { join } from 'node:path';
import { reportAttribution, type AttributionReport } from '../report/attribution-report.js';
import { Database } from '../report/database.js';
import { findEventFiles } from '../report/event-files.js';
import { loadEvents, type LoadedEvents } from '../report/load-events.js';
import { reportLosses } from '../report/losses.js';
import { reportPerformance, type Performance } from '../report/performance.js';
import type { Table } from '../report/table.js';
import { jsonText, writeTable } from '../report/write-table.js';
import type { Settings } from '../settings.js';
import { errorText } from './error-text.js';
import { countText, wholeText, type Terminal } from './output.js';
import { readReportOptions, type ReportOptions, type ReportOptionTexts } from './report-options.js';
import { tableText } from './report-text.js';
import { styleFor } from './style.js';

/** What the command needs from the house. */
export interface ReportCommandParts {
  readonly settings: () => Settings;
  readonly terminal: Pick<Terminal, 'stdout' | 'stderr'>;
  readonly exit: (code: number) => void;
}

const EXIT_NOTHING = 1;
const EXIT_CANNOT = 2;
const DAY_MS = 86_400_000;
/** A flight's day may begin this much before the day in UTC, in a file that was begun an hour earlier. */
const ZONES_MS = 2 * DAY_MS;
const CLEAR_LINE = '\r\u001B[K';
const HELP = `
Days are days of the flight for bids and all that became of them, and UTC for requests and with --attribution.
Conversions without --attribution are of the bid that was touched last.

Examples:
  narrowcast report --from 2026-11-01 --by campaign,day
  narrowcast report --losses --by exchange
  narrowcast report --attribution --by lineItem --click-window 14d --parquet credits.parquet

Exit code 0: there is something to tell. Exit code 1: there are no events of that time or campaign. Exit code 2: an
option, a file of the event log or a setting cannot be used, or DuckDB is not installed.
`;

/** `narrowcast report` */
export function reportCommand(parts: ReportCommandParts): Command {
  return new Command('report')
    .description('Tell from the event log what was bid, bought, clicked and brought about.')
    .option('--from <day>', 'first day, such as 2026-11-01')
    .option('--to <day>', 'last day')
    .option(
      '--by <names>',
      'campaign, lineItem, creative, exchange, domain, hour, day, advertiser; several with commas',
      'campaign',
    )
    .option('--campaign <id>', 'only this campaign')
    .option('--losses', 'why bids were lost instead')
    .option('--attribution', 'which bids brought conversions about instead')
    .option('--model <name>', 'with --attribution: only last, first, linear or decay (half-life 7 days)')
    .option('--click-window <time>', 'how long before a conversion a click counts', '30d')
    .option('--view-window <time>', 'how long before a conversion an impression counts', '1d')
    .option('--csv <file>', 'write the table as CSV')
    .option('--parquet <file>', 'write the table as Parquet')
    .option('--json', 'print the table as JSON')
    .addHelpText('after', HELP)
    .action(async (texts: ReportOptionTexts) => {
      try {
        const options = readReportOptions(texts);
        const folder = join(parts.settings().dataDir, 'events');
        parts.exit(await report(folder, options, parts.terminal));
      } catch (error) {
        parts.terminal.stderr.write(`narrowcast: ${errorText(error)}\n`);
        parts.exit(EXIT_CANNOT);
      }
    });
}

/** @returns the exit code */
async function report(
  folder: string,
  options: ReportOptions,
  terminal: Pick<Terminal, 'stdout' | 'stderr'>,
): Promise<number> {
  const database = await Database.open();
  try {
    const loaded = await load(database, folder, options, terminal);
    warn(loaded, terminal);
    const { table, summary } = await makeReport(database, options, terminal);
    if (options.csv !== undefined) await writeTable(database, table, options.csv, 'csv');
    if (options.parquet !== undefined) await writeTable(database, table, options.parquet, 'parquet');
    if (options.json) terminal.stdout.write(jsonText(table));
    else if (table.rows.length > 0) terminal.stdout.write(summary);
    if (table.rows.length > 0) return 0;
    terminal.stderr.write(`nothing to tell: ${nothingText(loaded, folder, options)}\n`);
    return EXIT_NOTHING;
  } finally {
    database.close();
  }
}

/** Conversions of the period may come from bids before it, so the log is read from as long before as a touch counts. */
async function load(
  database: Database,
  folder: string,
  { selection, windows }: ReportOptions,
  { stderr }: Pick<Terminal, 'stderr'>,
): Promise<LoadedEvents> {
  const beforeMs = ZONES_MS + Math.max(windows.clickMs, windows.viewMs);
  const fromMs = selection.from === undefined ? -Infinity : Date.parse(selection.from) - beforeMs;
  const files = await findEventFiles(folder, fromMs);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const loaded = await loadEvents(database, files, (bytesDone) => {
    if (!stderr.isTTY) return;
    const percent = bytes === 0 ? 100 : Math.floor((bytesDone / bytes) * 100);
    stderr.write(`${CLEAR_LINE}reading ${countText(files.length, 'file')}: ${percent} %`);
  });
  if (stderr.isTTY) stderr.write(CLEAR_LINE);
  return loaded;
}

function warn({ damaged, gone }: LoadedEvents, { stderr }: Pick<Terminal, 'stderr'>): void {
  for (const { file, lines } of damaged) {
    // The last line of the file that is being written may be half there.
    stderr.write(`warning: ${file}: ${countText(lines, 'line')} left out, damaged or not finished\n`);
  }
  for (const file of gone) stderr.write(`warning: ${file} was deleted before it was read\n`);
}

async function makeReport(
  database: Database,
  options: ReportOptions,
  { stdout }: Pick<Terminal, 'stdout'>,
): Promise<{ readonly table: Table; readonly summary: string }> {
  const { dimensions, selection, windows } = options;
  const style = styleFor(stdout);
  if (options.about === 'losses') {
    const table = await reportLosses(database, dimensions, selection);
    return { table, summary: tableText(table, style) };
  }
  if (options.about === 'attribution') {
    const made = await reportAttribution(database, dimensions, options.models, windows, selection);
    return { table: made.table, summary: tableText(made.table, style) + attributionText(made) };
  }
  const made = await reportPerformance(database, dimensions, windows, selection);
  return { table: made.table, summary: tableText(made.table, style, made.totals) + requestsText(made) };
}

function requestsText({ requests }: Performance): string {
  if (requests === undefined || requests === 0n) return '';
  return `~${wholeText(Number(requests))} requests, scaled up from the sample\n`;
}

function attributionText({ conversions, attributed }: AttributionReport): string {
  return `${countText(conversions, 'conversion')}, ${wholeText(attributed)} attributed, ${wholeText(conversions - attributed)} unattributed\n`;
}

function nothingText({ lines }: LoadedEvents, folder: string, { selection }: ReportOptions): string {
  if (lines === 0) return `there are no events in ${folder}`;
  const { from, to, campaign } = selection;
  const period = [from && `from ${from}`, to && `to ${to}`, campaign && `of campaign ${campaign}`];
  return `no such events ${period.filter(Boolean).join(' ')}`.trimEnd();
}
