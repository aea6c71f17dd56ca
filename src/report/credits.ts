import {
  CONVERSION_MICROS,
  MODELS,
  shareOut,
  weighBids,
  type Model,
  type TouchFacts,
  type Windows,
} from './attribution.js';
import { nulls, type Selection } from './bids.js';
import type { Database, Value } from './database.js';

/** Numbers of `groups` begin with 1; these stand for what is in none. */
export const UNKNOWN_BID = 0;
export const NOT_SELECTED = -1;

/** Which conversions are counted, and where the credit for them goes. */
export type Counting =
  /** All conversions that selected bids brought about, whenever they happened. */
  | 'of-selected-bids'
  /** The conversions of the days that are asked for (UTC), whichever bids brought them about. */
  | 'of-the-period';

/** What one group of bids gets, by model. Exact: the sums over all groups are the same for each model. */
export interface Credit {
  readonly group: number;
  /** Of the conversions' values; undefined where they have none. */
  readonly currency: string | undefined;
  readonly conversionMicros: Record<Model, bigint>;
  readonly valueMicros: Record<Model, bigint>;
}

interface Unattributed {
  readonly currency: string | undefined;
  conversions: number;
  valueMicros: bigint;
}

export interface Credits {
  readonly conversions: number;
  readonly attributed: number;
  readonly credits: readonly Credit[];
  readonly unattributed: readonly Unattributed[];
}

/** The same conversion of an advertiser counts once, the first time; one without a hash is always another one. */
const CREATE_CONVERSIONS = `
  CREATE TABLE conversions AS
  SELECT row_number() OVER (ORDER BY timeMs, advertiser, line) AS number, * FROM (
    SELECT rowid AS line, timeMs, advertiser, CASE WHEN valueMicros IS NULL THEN NULL ELSE coalesce(currency, '(unknown)') END AS currency,
      valueMicros, touches, row_number() OVER (
        PARTITION BY advertiser, conversionHash, CASE WHEN conversionHash IS NULL THEN rowid END ORDER BY timeMs, rowid
      ) AS telling
    FROM events WHERE kind = 'conversion')
  WHERE telling = 1`;

const DAY_OF = (milliseconds: string) => `strftime(epoch_ms(${milliseconds}), '%Y-%m-%d')`;
const IN_PERIOD = (day: string) => `($from IS NULL OR ${day} >= $from) AND ($to IS NULL OR ${day} <= $to)`;

/** A click that only the advertiser tells of, by its id, was when its own line says; without one there was none. */
const TOUCHED_AT =
  'coalesce(touch.atMs, CASE WHEN bids.advertiser = told.advertiser THEN bids.clickedAtMs END)';

/** Of a bid that is not known only the day of the touch is; it belongs to no campaign that could be asked for. */
const GROUP_OF: Record<Counting, string> = {
  'of-selected-bids': `CASE WHEN bids.bidId IS NOT NULL THEN CASE WHEN selected THEN groups.number ELSE ${NOT_SELECTED} END
    WHEN $campaign IS NULL AND ${IN_PERIOD(DAY_OF(TOUCHED_AT))} THEN ${UNKNOWN_BID} ELSE ${NOT_SELECTED} END`,
  'of-the-period': `CASE WHEN bids.bidId IS NULL THEN ${UNKNOWN_BID}
    WHEN $campaign IS NULL OR bids.campaign = $campaign THEN groups.number ELSE ${NOT_SELECTED} END`,
};

/**
 * Shares out all conversions, one at a time, to the groups of the bids that brought them about. Needs the tables `events`, `bids` and `groups`.
 *
 * @param groupColumns of `groups`, by which a bid finds its number
 */
export async function shareConversions(
  database: Database,
  groupColumns: readonly string[],
  windows: Windows,
  counting: Counting,
  selection: Selection,
): Promise<Credits> {
  await database.run(CREATE_CONVERSIONS);
  const period = counting === 'of-the-period' ? `WHERE ${IN_PERIOD(DAY_OF('timeMs'))}` : '';
  const sums = new CreditSums(windows);
  const sql = `
    SELECT told.number, CAST(told.timeMs AS DOUBLE), CAST(told.valueMicros AS DOUBLE), told.currency,
      touch.bidId, touch.kind = 'click', CAST(${TOUCHED_AT} AS DOUBLE), CAST(${GROUP_OF[counting]} AS INTEGER)
    FROM (
      SELECT *, unnest(CASE WHEN len(touches) > 0 THEN touches ELSE [NULL] END) AS touch FROM conversions ${period}
    ) AS told
    LEFT JOIN bids ON bids.bidId = touch.bidId
    LEFT JOIN groups ON ${groupColumns.map((column) => `groups.${column} = bids.${column}`).join(' AND ')}
    ORDER BY told.number`;
  for await (const rows of database.batches(sql, nulls(selection))) for (const row of rows) sums.add(row);
  return sums.finish();
}

/** Takes the touches of one conversion after the other, and shares each conversion out when its last touch is there. */
class CreditSums {
  readonly #windows: Windows;
  readonly #credits = new Map<string, Credit>();
  readonly #unattributed = new Map<string, Unattributed>();
  #open: OpenConversion | undefined;
  #conversions = 0;
  #attributed = 0;

  constructor(windows: Windows) {
    this.#windows = windows;
  }

  add(row: readonly Value[]): void {
    const [number = null, atMs, valueMicros, currency, bidId, isClick, touchAtMs, group] = row;
    if (this.#open?.number !== number) {
      this.#close();
      this.#open = {
        number,
        atMs: atMs as number,
        valueMicros: (valueMicros as number | null) ?? 0,
        currency: (currency as string | null) ?? undefined,
        touches: [],
        groups: new Map(),
      };
    }
    if (typeof bidId !== 'string' || typeof touchAtMs !== 'number') return;
    this.#open?.touches.push({ bidId, isClick: isClick === true, atMs: touchAtMs });
    this.#open?.groups.set(bidId, group as number);
  }

  finish(): Credits {
    this.#close();
    return {
      conversions: this.#conversions,
      attributed: this.#attributed,
      credits: [...this.#credits.values()],
      unattributed: [...this.#unattributed.values()],
    };
  }

  #close(): void {
    const open = this.#open;
    if (!open) return;
    this.#open = undefined;
    this.#conversions++;
    const bids = weighBids(open.atMs, open.touches, this.#windows);
    if (bids.length === 0) {
      this.#leave(open);
      return;
    }
    this.#attributed++;
    const credits = bids.map(({ bidId }) => this.#creditOf(open.groups.get(bidId) as number, open.currency));
    for (const model of MODELS) {
      const weights = bids.map((bid) => bid.weights[model]);
      const conversions = shareOut(CONVERSION_MICROS, weights);
      const values = shareOut(open.valueMicros, weights);
      for (const [i, credit] of credits.entries()) {
        credit.conversionMicros[model] += BigInt(conversions[i] as number);
        credit.valueMicros[model] += BigInt(values[i] as number);
      }
    }
  }

  #creditOf(group: number, currency: string | undefined): Credit {
    const key = `${group} ${currency ?? ''}`;
    let credit = this.#credits.get(key);
    if (!credit) {
      credit = { group, currency, conversionMicros: noCredit(), valueMicros: noCredit() };
      this.#credits.set(key, credit);
    }
    return credit;
  }

  #leave({ currency, valueMicros }: OpenConversion): void {
    const left = this.#unattributed.get(currency ?? '') ?? { currency, conversions: 0, valueMicros: 0n };
    left.conversions++;
    left.valueMicros += BigInt(valueMicros);
    this.#unattributed.set(currency ?? '', left);
  }
}

interface OpenConversion {
  readonly number: Value;
  readonly atMs: number;
  readonly valueMicros: number;
  readonly currency: string | undefined;
  readonly touches: TouchFacts[];
  readonly groups: Map<string, number>;
}

function noCredit(): Record<Model, bigint> {
  return { last: 0n, first: 0n, linear: 0n, decay: 0n };
}
