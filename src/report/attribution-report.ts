import { MODELS, CONVERSION_MICROS, type Model, type Windows } from './attribution.js';
import { createBids, createGroups, type Selection } from './bids.js';
import { NOT_SELECTED, shareConversions, UNKNOWN_BID, type Credit } from './credits.js';
import type { Database } from './database.js';
import { columnsOf, DIMENSIONS, type Dimension } from './dimensions.js';
import type { Cell, Column, Table } from './table.js';

const MODEL_WORDS: Record<Model, string> = {
  last: 'last touch',
  first: 'first touch',
  linear: 'linear',
  decay: 'time decay',
};

export interface AttributionReport {
  readonly table: Table;
  readonly conversions: number;
  readonly attributed: number;
}

/**
 * What brought the conversions of the period about, by one model or by all side by side. Conversions of bids that are
 * not in the log any more, of other campaigns than the one asked for, and of nobody have rows of their own, so that each column adds up
 * to all conversions. Needs the table `events`.
 *
 * @param models at least one
 */
export async function reportAttribution(
  database: Database,
  dimensions: readonly Dimension[],
  models: readonly Model[],
  windows: Windows,
  selection: Selection,
): Promise<AttributionReport> {
  await createBids(database, selection);
  await createGroups(database, dimensions);
  const columns = [...columnsOf(dimensions), 'budgetCurrency'];
  const shared = await shareConversions(database, columns, windows, 'of-the-period', selection);
  const keys = await groupKeys(database, dimensions);
  const rows = mergeCredits(shared.credits, (group) => keys.get(group) ?? wordsFor(group, dimensions.length));
  const unattributed = shared.unattributed.map(({ currency, conversions, valueMicros }) => [
    ...filled('(unattributed)', dimensions.length),
    currency,
    ...models.map(() => BigInt(conversions) * BigInt(CONVERSION_MICROS)),
    ...models.map(() => (currency === undefined ? undefined : valueMicros)),
  ]);
  return {
    conversions: shared.conversions,
    attributed: shared.attributed,
    table: {
      columns: [
        ...dimensions.map((each): Column => ({
          name: each,
          heading: DIMENSIONS[each].heading,
          type: 'text',
        })),
        { name: 'currency', heading: 'currency', type: 'text' },
        ...models.map((model): Column => ({ name: model, heading: MODEL_WORDS[model], type: 'amount' })),
        ...models.map((model): Column => ({
          name: `${model}Value`,
          heading: `${model} value`,
          type: 'money',
        })),
      ],
      rows: [...rows.sort(byCredit(models[0] as Model)).map((row) => cellsOf(row, models)), ...unattributed],
    },
  };
}

interface CreditRow extends Omit<Credit, 'group'> {
  readonly keys: readonly string[];
}

async function groupKeys(
  database: Database,
  dimensions: readonly Dimension[],
): Promise<Map<number, readonly string[]>> {
  const columns = columnsOf(dimensions);
  const rows = await database.rows(
    `SELECT number${columns.map((column, i) => `, ${column} AS key${i}`).join('')} FROM groups`,
  );
  return new Map(
    rows.map((row) => [row['number'] as number, columns.map((_, i) => row[`key${i}`] as string)]),
  );
}

/** Groups that differ in nothing but the currency of their budgets are one here: the amounts are the advertisers'. */
function mergeCredits(credits: readonly Credit[], keysOf: (group: number) => readonly string[]): CreditRow[] {
  const merged = new Map<string, CreditRow>();
  for (const { group, ...credit } of credits) {
    const keys = keysOf(group);
    const name = JSON.stringify([keys, credit.currency ?? '']);
    const row = merged.get(name);
    if (!row) {
      merged.set(name, { keys, ...credit });
      continue;
    }
    for (const model of MODELS) {
      row.conversionMicros[model] += credit.conversionMicros[model];
      row.valueMicros[model] += credit.valueMicros[model];
    }
  }
  return [...merged.values()];
}

function cellsOf(row: CreditRow, models: readonly Model[]): readonly Cell[] {
  return [
    ...row.keys,
    row.currency,
    ...models.map((model) => row.conversionMicros[model]),
    ...models.map((model) => (row.currency === undefined ? undefined : row.valueMicros[model])),
  ];
}

function byCredit(model: Model): (a: CreditRow, b: CreditRow) => number {
  return (a, b) =>
    Number(b.conversionMicros[model] - a.conversionMicros[model]) ||
    (JSON.stringify(a.keys) < JSON.stringify(b.keys) ? -1 : 1);
}

function wordsFor(group: number, length: number): readonly string[] {
  if (group === UNKNOWN_BID) return filled('(unknown)', length);
  return filled(group === NOT_SELECTED ? '(other campaigns)' : '', length);
}

function filled(word: string, length: number): readonly string[] {
  return Array.from({ length }, () => word);
}
