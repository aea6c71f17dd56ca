import { createBids, type Selection } from './bids.js';
import type { Database } from './database.js';
import { columnsOf, DIMENSIONS, type Dimension } from './dimensions.js';
import { lossReason } from './loss-reasons.js';
import { divided, shareOf, type Column, type Table } from './table.js';

/**
 * Why bids were lost, and how much more than ours would have won where the exchange tells it: the average of the
 * differences, CPM in the currency of the bid. A bid that was told lost and won counts as won. Needs the table `events`.
 */
export async function reportLosses(
  database: Database,
  dimensions: readonly Dimension[],
  selection: Selection,
): Promise<Table> {
  await createBids(database, selection);
  const columns = columnsOf(dimensions);
  const keys = columns.map((column, i) => `, ${column} AS key${i}`).join('');
  const rows = await database.rows(`
    SELECT loss.code AS code, currency, count(*) AS lost, count(loss.minToWinMicros) AS told,
      coalesce(sum(loss.minToWinMicros - loss.priceMicros) FILTER (loss.minToWinMicros IS NOT NULL), 0) AS missing${keys}
    FROM bids WHERE selected AND loss IS NOT NULL AND NOT won
    GROUP BY ALL ORDER BY ${[...columns.map((_, i) => `key${i}`), 'lost DESC', 'code', 'currency'].join(', ')}`);
  const all = rows.reduce((sum, row) => sum + (row['lost'] as bigint), 0n);
  return {
    columns: [
      ...dimensions.map((each): Column => ({ name: each, heading: DIMENSIONS[each].heading, type: 'text' })),
      { name: 'lossCode', heading: 'code', type: 'count' },
      { name: 'reason', heading: 'reason', type: 'text' },
      { name: 'currency', heading: 'currency', type: 'text' },
      { name: 'lost', heading: 'lost', type: 'count' },
      { name: 'lostShare', heading: 'of all lost', type: 'share' },
      { name: 'toldMinToWin', heading: 'told min to win', type: 'count' },
      { name: 'averageDistance', heading: 'CPM missing', type: 'money' },
    ],
    rows: rows.map((row) => {
      const code = row['code'] as number;
      const told = row['told'] as bigint;
      return [
        ...columns.map((_, i) => row[`key${i}`] as string),
        code < 0 ? undefined : BigInt(code),
        lossReason(code),
        row['currency'] as string,
        row['lost'] as bigint,
        shareOf(row['lost'] as bigint, all),
        told,
        divided(row['missing'] as bigint, told),
      ];
    }),
  };
}
