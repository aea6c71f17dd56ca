import { CONVERSION_MICROS, type Windows } from './attribution.js';
import { createBids, createGroups, nulls, type Selection } from './bids.js';
import { shareConversions, UNKNOWN_BID, NOT_SELECTED } from './credits.js';
import type { Database, Value } from './database.js';
import { columnsOf, DIMENSIONS, type Dimension } from './dimensions.js';
import { divided, shareOf, type Cell, type Column, type Table } from './table.js';

/** The sums of a group of bids, all of the same budget currency. */
interface Sums {
  readonly keys: readonly string[];
  readonly currency: string;
  requests: bigint | undefined;
  readonly bids: bigint;
  readonly wins: bigint;
  readonly impressions: bigint;
  readonly clicks: bigint;
  readonly lost: bigint;
  readonly spendMicros: bigint;
  conversions: bigint;
}

const UNKNOWN = '(unknown)';
const IMPRESSIONS_PER_CPM = 1_000n;
const FIGURES = [
  { name: 'bids', heading: 'bids', type: 'count' },
  { name: 'wins', heading: 'wins', type: 'count' },
  { name: 'winRate', heading: 'win rate', type: 'share' },
  { name: 'lost', heading: 'lost', type: 'count' },
  { name: 'impressions', heading: 'impressions', type: 'count' },
  { name: 'spend', heading: 'spend', type: 'money' },
  { name: 'effectiveCpm', heading: 'eCPM', type: 'money' },
  { name: 'clicks', heading: 'clicks', type: 'count' },
  { name: 'clickRate', heading: 'CTR', type: 'share' },
  { name: 'conversions', heading: 'conversions', type: 'count' },
  { name: 'costPerConversion', heading: 'CPA', type: 'money' },
] as const satisfies readonly Column[];

export interface Performance {
  readonly table: Table;
  /** One row for each currency. */
  readonly totals: Table;
  /** An estimate from the sampled requests of the period; undefined for one campaign, since requests come for all. */
  readonly requests: bigint | undefined;
}

/**
 * What bids bought. Every figure belongs to the bid's day, whenever it came in; a conversion, to the bid that was touched last before it.
 * Rows stand in the order of their spend. Needs the table `events`.
 */
export async function reportPerformance(
  database: Database,
  dimensions: readonly Dimension[],
  windows: Windows,
  selection: Selection,
): Promise<Performance> {
  await createBids(database, selection);
  await createGroups(database, dimensions);
  const groups = await sumGroups(database, dimensions);
  await addConversions(database, dimensions, windows, selection, groups);
  const withRequests =
    selection.campaign === undefined && dimensions.every((each) => DIMENSIONS[each].ofRequests);
  const requests = selection.campaign === undefined ? await countRequests(database, selection) : undefined;
  const sums = [...groups.values()];
  if (withRequests) await addRequests(database, dimensions, selection, sums);
  sums.sort(bySpend);
  return {
    table: tableOf(sums, dimensions, withRequests),
    totals: tableOf(totalsOf(sums), [], false),
    requests,
  };
}

async function sumGroups(database: Database, dimensions: readonly Dimension[]): Promise<Map<number, Sums>> {
  const columns = columnsOf(dimensions);
  const rows = await database.rows(`
    SELECT groups.number AS number, budgetCurrency AS currency, count(*) AS bids, count_if(won) AS wins,
      count_if(shown) AS impressions, count_if(clicked) AS clicks, count_if(loss IS NOT NULL AND NOT won) AS lost,
      coalesce(sum(chargeMicros), 0) AS spend${columns.map((column, i) => `, ${column} AS key${i}`).join('')}
    FROM bids JOIN groups USING (${[...columns, 'budgetCurrency'].join(', ')})
    WHERE selected GROUP BY ALL`);
  return new Map(
    rows.map((row) => [
      row['number'] as number,
      {
        keys: columns.map((_, i) => row[`key${i}`] as string),
        currency: row['currency'] as string,
        requests: undefined,
        bids: whole(row['bids']),
        wins: whole(row['wins']),
        impressions: whole(row['impressions']),
        clicks: whole(row['clicks']),
        lost: whole(row['lost']),
        spendMicros: whole(row['spend']),
        conversions: 0n,
      },
    ]),
  );
}

async function addConversions(
  database: Database,
  dimensions: readonly Dimension[],
  windows: Windows,
  selection: Selection,
  groups: Map<number, Sums>,
): Promise<void> {
  const columns = [...columnsOf(dimensions), 'budgetCurrency'];
  const { credits } = await shareConversions(database, columns, windows, 'of-selected-bids', selection);
  for (const { group, conversionMicros } of credits) {
    if (group === NOT_SELECTED) continue;
    let sums = groups.get(group);
    if (!sums && group === UNKNOWN_BID) {
      sums = emptySums(dimensions.map(() => UNKNOWN));
      groups.set(group, sums);
    }
    if (sums) sums.conversions += conversionMicros.last / BigInt(CONVERSION_MICROS);
  }
}

/** Requests are of no campaign and cost nothing, so they stand in the first row of their group, whatever its currency. */
async function addRequests(
  database: Database,
  dimensions: readonly Dimension[],
  selection: Selection,
  sums: Sums[],
): Promise<void> {
  const first = new Map<string, Sums>();
  for (const each of sums.toSorted((a, b) => compareTexts(a.currency, b.currency))) {
    const key = JSON.stringify(each.keys);
    if (!first.has(key)) first.set(key, each);
  }
  const keys = dimensions.map((each, i) => `, ${DIMENSIONS[each].ofRequests} AS key${i}`).join('');
  const rows = await database.rows(
    `SELECT ${ESTIMATE} AS requests${keys} FROM events WHERE ${REQUESTED} GROUP BY ALL`,
    nulls(selection),
  );
  for (const row of rows) {
    const names = dimensions.map((_, i) => row[`key${i}`] as string);
    let found = first.get(JSON.stringify(names));
    if (!found) {
      found = emptySums(names);
      sums.push(found);
    }
    found.requests = whole(row['requests']);
  }
}

/** A sampled request stands for this many; they are added up in millionths, since whole numbers give the same sum in any order. */
const ESTIMATE = 'CAST(round(sum(CAST(round(1000000 / sampleShare) AS HUGEINT)) / 1000000) AS HUGEINT)';
const REQUEST_DAY = `strftime(epoch_ms(timeMs), '%Y-%m-%d')`;
const REQUESTED = `kind = 'request' AND ($from IS NULL OR ${REQUEST_DAY} >= $from) AND ($to IS NULL OR ${REQUEST_DAY} <= $to)`;

async function countRequests(database: Database, selection: Selection): Promise<bigint> {
  const sql = `SELECT coalesce(${ESTIMATE}, 0) AS requests FROM events WHERE ${REQUESTED}`;
  const [row] = await database.rows(sql, nulls(selection));
  return whole(row?.['requests']);
}

function totalsOf(sums: readonly Sums[]): readonly Sums[] {
  const totals = new Map<string, Sums>();
  for (const each of sums) {
    const sum = totals.get(each.currency) ?? { ...emptySums([]), currency: each.currency };
    totals.set(each.currency, {
      ...sum,
      bids: sum.bids + each.bids,
      wins: sum.wins + each.wins,
      impressions: sum.impressions + each.impressions,
      clicks: sum.clicks + each.clicks,
      lost: sum.lost + each.lost,
      spendMicros: sum.spendMicros + each.spendMicros,
      conversions: sum.conversions + each.conversions,
    });
  }
  return [...totals.values()].filter(({ bids, conversions }) => bids > 0n || conversions > 0n);
}

function tableOf(sums: readonly Sums[], dimensions: readonly Dimension[], withRequests: boolean): Table {
  const requests: Column = { name: 'requests', heading: 'requests', type: 'estimate' };
  return {
    columns: [
      ...dimensions.map((each): Column => ({ name: each, heading: DIMENSIONS[each].heading, type: 'text' })),
      { name: 'currency', heading: 'currency', type: 'text' },
      ...(withRequests ? [requests] : []),
      ...FIGURES,
    ],
    rows: sums.map((each) => [
      ...each.keys,
      each.currency || undefined,
      ...(withRequests ? [each.requests] : []),
      ...figuresOf(each),
    ]),
  };
}

function figuresOf(sums: Sums): readonly Cell[] {
  const { bids, wins, lost, impressions, spendMicros, clicks, conversions } = sums;
  return [
    bids,
    wins,
    shareOf(wins, bids),
    lost,
    impressions,
    spendMicros,
    divided(spendMicros * IMPRESSIONS_PER_CPM, impressions),
    clicks,
    shareOf(clicks, impressions),
    conversions,
    divided(spendMicros, conversions),
  ];
}

function emptySums(keys: readonly string[]): Sums {
  const none = {
    bids: 0n,
    wins: 0n,
    impressions: 0n,
    clicks: 0n,
    lost: 0n,
    spendMicros: 0n,
    conversions: 0n,
  };
  return { keys, currency: '', requests: undefined, ...none };
}

/** Most spend first, one currency after the other; without spend, most bids; then by name. */
function bySpend(a: Sums, b: Sums): number {
  return (
    compareTexts(a.currency, b.currency) ||
    Number(b.spendMicros - a.spendMicros) ||
    Number(b.bids - a.bids) ||
    compareTexts(a.keys.join('\n'), b.keys.join('\n'))
  );
}

function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function whole(value: Value | undefined): bigint {
  return BigInt(value as bigint | number);
}
