import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  distinctConversions,
  oracleReport,
  oracleRequests,
  type OracleSums,
} from './oracles/report-oracle.js';
import { runCommand } from './support/program.js';
import { sampleEvents, writeEventFiles } from './support/event-samples.js';

const events = sampleEvents(4, 4_000);
let dataDir: string;
let damagedLines: number;

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), "narrowcast-o'report-[1]-"));
  damagedLines = writeEventFiles(dataDir, events);
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const report = (...args: readonly string[]) => runCommand({ DATA_DIR: dataDir }, 'report', ...args);

/** Micros may be longer than a double holds, so whole numbers are read as bigint. */
type Row = Record<string, string | number | bigint | null>;
async function rowsOf(...args: readonly string[]): Promise<readonly Row[]> {
  const { code, stdout, stderr } = await report(...args, '--json');
  expect(code, stderr).toBe(0);
  const quoted = stdout.replaceAll(/":(-?\d+)([,}])/g, '":"$1n"$2');
  return JSON.parse(quoted, (_key, value: unknown) =>
    typeof value === 'string' && /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
  ) as Row[];
}

function sumsByName(rows: readonly Row[], by: readonly string[]): Map<string, OracleSums> {
  return new Map(
    rows.map((row) => [
      [...by.map((each) => row[each]), row['currency']].join('|'),
      {
        bids: Number(row['bids']),
        wins: Number(row['wins']),
        lost: Number(row['lost']),
        impressions: Number(row['impressions']),
        clicks: Number(row['clicks']),
        spendMicros: row['spendMicros'] as bigint,
        conversions: Number(row['conversions']),
      },
    ]),
  );
}

describe('narrowcast report', () => {
  it.each([
    ['campaign'],
    ['campaign,lineItem,creative'],
    ['exchange'],
    ['domain'],
    ['hour'],
    ['day,advertiser'],
    ['exchange,domain'],
  ])('by %s tells what plain loops find', async (by) => {
    const names = by.split(',');
    expect(sumsByName(await rowsOf('--by', by), names)).toEqual(oracleReport(events, names));
  });

  it('tells of some days what plain loops find of them', async () => {
    const days = { from: '2026-11-22', to: '2026-11-23' };
    const rows = await rowsOf('--by', 'campaign,day', '--from', days.from, '--to', days.to);
    expect(sumsByName(rows, ['campaign', 'day'])).toEqual(oracleReport(events, ['campaign', 'day'], days));
  });

  it('has the same totals whatever the grouping', async () => {
    const groupings = ['campaign', 'creative', 'domain', 'hour'];
    const totals: Map<string, bigint>[] = [];
    for (const by of groupings) totals.push(totalsOf(await rowsOf('--by', by)));
    expect(totals).toEqual(groupings.map(() => totals[0]));
    expect(totals[0]?.get('USD|spendMicros')).toBeGreaterThan(0n);
    expect(totals[0]?.get('EUR|spendMicros')).toBeGreaterThan(BigInt(Number.MAX_SAFE_INTEGER));
  });

  it('scales requests up by their share, the same whatever the grouping', async () => {
    for (const by of ['exchange', 'domain', 'hour']) {
      const rows = await rowsOf('--by', by);
      const requests = rows.reduce((sum, row) => sum + Number(row['requests'] ?? 0n), 0);
      expect(requests, by).toBe(oracleRequests(events));
    }
  });

  it('says which lines it left out', async () => {
    const { stderr } = await report();
    const told = [...stderr.matchAll(/: (\d+) lines? left out/g)].map((match) => Number(match[1]));
    expect(told.reduce((sum, lines) => sum + lines, 0)).toBe(damagedLines);
  });

  it('shows a table without colours in a pipe, with totals for each currency', async () => {
    const { stdout, code } = await report('--by', 'campaign');
    const lines = stdout.split('\n');
    expect(code).toBe(0);
    expect(stdout).not.toContain('\u001B');
    expect(lines[0]).toMatch(
      /^campaign +currency +bids +wins +win rate +lost +impressions +spend +eCPM +clicks +CTR +conversions +CPA$/,
    );
    expect(lines.filter((line) => line.startsWith('total'))).toHaveLength(4);
    expect(lines.at(-2)).toMatch(/^~[\d,]+ requests, scaled up from the sample$/);
  });

  it('tells of one campaign, whatever its name', async () => {
    const rows = await rowsOf('--campaign', "o'neil");
    expect(rows.map((row) => row['campaign'])).toEqual(["o'neil"]);
    const { code, stderr } = await report('--campaign', "x' OR 1=1 --");
    expect([code, stderr]).toEqual([1, expect.stringContaining("no such events of campaign x' OR 1=1 --")]);
  });

  it('tells losses in the words of OpenRTB, as many as the report by campaign', async () => {
    const rows = await rowsOf('--losses', '--by', 'campaign');
    const lost = [...oracleReport(events, ['campaign']).values()].reduce((sum, each) => sum + each.lost, 0);
    expect(rows.reduce((sum, row) => sum + Number(row['lost']), 0)).toBe(lost);
    const words = new Map(rows.map((row) => [row['lossCode'], row['reason']]));
    expect(words).toEqual(
      new Map<unknown, string>([
        [null, 'not told'],
        [1n, 'Internal Error'],
        [100n, 'Bid was Below Auction Floor'],
        [102n, 'Lost to Higher Bid'],
        [203n, 'Creative Filtered - Size Not Allowed'],
        [1_200n, 'the exchange’s own reason'],
      ]),
    );
  });

  it('attributes by all models side by side, each adding up to all conversions', async () => {
    const conversions = distinctConversions(events);
    const value = conversions.reduce((sum, each) => sum + (each.valueMicros ?? 0), 0);
    for (const by of ['campaign', 'domain']) {
      const rows = await rowsOf('--attribution', '--by', by);
      expect(rows.some((row) => row[by] === '(unattributed)')).toBe(true);
      for (const model of ['last', 'first', 'linear', 'decay']) {
        const credits = rows.reduce((sum, row) => sum + (row[`${model}Micros`] as bigint), 0n);
        const values = rows.reduce(
          (sum, row) => sum + ((row[`${model}ValueMicros`] as bigint | null) ?? 0n),
          0n,
        );
        expect([model, credits, values]).toEqual([
          model,
          BigInt(conversions.length) * 1_000_000n,
          BigInt(value),
        ]);
      }
    }
  });

  it('writes CSV and Parquet that hold what the JSON says, to paths with quotes', async () => {
    const csv = join(dataDir, "it's.csv");
    const parquet = join(dataDir, "it's.parquet");
    const rows = await rowsOf('--csv', csv, '--parquet', parquet);
    const [head, ...lines] = readFileSync(csv, 'utf8').trim().split('\n');
    expect(head?.split(',')).toEqual(Object.keys(rows[0] as Row));
    expect(lines).toEqual(rows.map((row) => Object.values(row).map(String).join(',').replaceAll('null', '')));
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const read = await connection.runAndReadAll('SELECT * FROM read_parquet($parquet)', { parquet });
    expect(read.getRowObjects().map((row) => [row['spendMicros'], row['spend']])).toEqual(
      rows.map((row) => [row['spendMicros'], row['spend']]),
    );
  });

  it('says in words what cannot be used, with exit code 2', async () => {
    const { code, stderr } = await report(
      '--from',
      '2026-13-01',
      '--by',
      'campaign;drop',
      '--view-window',
      'long',
      '--model',
      'best',
    );
    expect(code).toBe(2);
    expect(stderr.split('\n').slice(0, -1)).toEqual([
      'narrowcast: --from is "2026-13-01" but must be a day such as 2026-11-01',
      '--model goes with --attribution',
      '--by has "campaign;drop" but knows campaign, lineItem, creative, exchange, domain, hour, day, advertiser',
      '--model has "best" but knows last, first, linear, decay',
      '--view-window is "long" but must be a time of at most 365d, such as 30d, 12h or 90m',
    ]);
    const unwritable = await report('--csv', '/nowhere/report.csv');
    expect([unwritable.code, unwritable.stderr]).toEqual([2, expect.stringContaining('/nowhere/report.csv')]);
  });

  it('says so when there is nothing to tell, with exit code 1', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'narrowcast-report-'));
    const { code, stderr, stdout } = await runCommand({ DATA_DIR: empty }, 'report', '--json');
    rmSync(empty, { recursive: true });
    expect([code, stdout]).toEqual([1, '[]\n']);
    expect(stderr).toBe(`nothing to tell: there are no events in ${join(empty, 'events')}\n`);
  });

  it('names a file that cannot be read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'narrowcast-report-'));
    writeEventFiles(folder, events.slice(0, 50), 2);
    const broken = join(folder, 'events', 'events-20261101T000000000Z-1.ndjson.gz');
    writeFileSync(broken, 'this is no gzip at all');
    const { code, stderr } = await runCommand({ DATA_DIR: folder }, 'report');
    rmSync(folder, { recursive: true });
    expect([code, stderr]).toEqual([2, expect.stringContaining(`cannot read ${broken}`)]);
  });
});

function totalsOf(rows: readonly Row[]): Map<string, bigint> {
  const totals = new Map<string, bigint>();
  for (const row of rows) {
    for (const figure of ['bids', 'wins', 'lost', 'impressions', 'clicks', 'spendMicros', 'conversions']) {
      const name = `${row['currency']}|${figure}`;
      totals.set(name, (totals.get(name) ?? 0n) + (row[figure] as bigint));
    }
  }
  return totals;
}
