import type { Database } from './database.js';
import { columnsOf, type Dimension } from './dimensions.js';

/** Of which bids a report tells. Days are days of the flight, `YYYY-MM-DD`, both included. */
export interface Selection {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly campaign: string | undefined;
}

/**
 * One row for each bid with everything that became of it, so that whatever the grouping, each bid is counted once and all
 * groups together give the same sums. A bid is known from its own line or from any genuine notice. Only its own line
 * tells where the ad would be shown: without it that is `(unknown)`.
 *
 * A notice that was told twice counts once, and the first charge is the one that was booked. `won` holds for what was told won,
 * billed or seen; `lost` only for what was not.
 */
const CREATE_BIDS = `
  CREATE TABLE bids AS
  SELECT *,
    ($from IS NULL OR flightDay >= $from) AND ($to IS NULL OR flightDay <= $to)
      AND ($campaign IS NULL OR campaign = $campaign) AS selected
  FROM (
    SELECT bidId, min(exchange) AS exchange, min(advertiser) AS advertiser, min(campaign) AS campaign,
      min(lineItem) AS lineItem, min(creative) AS creative, min(flightDay) AS flightDay,
      min(budgetCurrency) AS budgetCurrency, min(currency) AS currency,
      CASE WHEN bool_or(kind = 'bid') THEN coalesce(min(domain), min(bundle), '(none)') ELSE '(unknown)' END AS domain,
      strftime(epoch_ms(coalesce(min(timeMs) FILTER (kind = 'bid'), min(bidAtMs))), '%Y-%m-%d %H:00') AS hour,
      bool_or(kind IN ('win', 'bill', 'impression') AND accepted) AS won,
      bool_or(kind IN ('bill', 'impression') AND accepted) AS shown,
      bool_or(kind = 'click' AND accepted) AS clicked,
      min(timeMs) FILTER (kind = 'click' AND accepted) AS clickedAtMs,
      min({timeMs: timeMs, micros: chargeMicros}) FILTER (spends AND accepted).micros AS chargeMicros,
      min({timeMs: timeMs, code: coalesce(lossCode, -1), priceMicros: priceMicros, minToWinMicros: minToWinMicros})
        FILTER (kind = 'loss' AND accepted) AS loss
    FROM (SELECT *, coalesce(outcome = 'accepted', false) AS accepted FROM events WHERE bidId IS NOT NULL)
    GROUP BY bidId
  )`;

/** Makes the table `bids` from `events`. It has all bids, since conversions may come from bids that are not selected. */
export async function createBids(database: Database, selection: Selection): Promise<void> {
  await database.run(CREATE_BIDS, nulls(selection));
}

/** Makes the table `groups`: a number, the dimensions and the budget's currency, so that two currencies are never added up. */
export async function createGroups(database: Database, dimensions: readonly Dimension[]): Promise<void> {
  const columns = [...columnsOf(dimensions), 'budgetCurrency'].join(', ');
  await database.run(
    `CREATE TABLE groups AS SELECT CAST(row_number() OVER (ORDER BY ${columns}) AS INTEGER) AS number, ${columns}
     FROM (SELECT DISTINCT ${columns} FROM bids)`,
  );
}

/** A missing parameter is told to the database as null. */
export function nulls({ from, to, campaign }: Selection): Record<keyof Selection, string | null> {
  return { from: from ?? null, to: to ?? null, campaign: campaign ?? null };
}
