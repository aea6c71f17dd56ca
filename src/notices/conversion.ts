import type { Touch } from '../domain/event.js';
import { frequencyHash } from '../domain/frequency.js';
import { countOf, holderOf } from '../domain/ledger.js';
import { currencyFromText, microsFromUnits, UNITS_MAX, type Currency, type Micros } from '../domain/money.js';
import type {
  ConversionCall,
  ConversionHandler,
  ConversionMetrics,
  ConversionOutcome,
  EventLog,
  TouchReader,
} from '../domain/ports.js';
import type { Clock } from '../lib/clock.js';
import { decimalOf, isUnreplaced, parameterOf } from './query.js';

const NUMBER_CHARACTERS_MAX = 256;
const ACTION = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/;
const HOLDER = /^[\w-]{8}$/;
/** More cannot be told of one visitor; the newest count. */
const TOUCHES_MAX = 50;

export interface ConversionParts {
  readonly isAdvertiser: (id: string) => boolean;
  /** @returns the id in our cookie; undefined when there is none, it is forged, or the visitor opted out */
  readonly visitorOf: (cookies: string) => string | undefined;
  /** Do the call's own parameters say that nothing personal may be read: `gdpr`, `gdpr_consent`, `us_privacy` and so on? */
  readonly isLimited: (query: string) => boolean;
  readonly touchesOf: TouchReader;
  /** A keyed hash of 16 hexadecimal digits: what an advertiser sends may be personal. */
  readonly hashOf: (text: string) => string;
  readonly events: EventLog;
  readonly metrics: ConversionMetrics;
  readonly clock: Clock;
}

/** What an advertiser says of a conversion. */
interface Told {
  readonly clickedBid: string | undefined;
  readonly number: string | undefined;
  readonly action: string | undefined;
  readonly valueMicros: Micros | undefined;
  readonly currency: Currency | undefined;
}

/**
 * Takes conversions from an advertiser's page or server:
 *
 *     /v/acme?click=…            the click id that the landing page was called with
 *       &id=A-1042               its number, so that one that is told twice is counted once
 *       &action=sale             what it was
 *       &value=12.5&currency=USD what it is worth, in whole units
 *
 * All of them may be left out, and a macro that nobody replaced is as good as left out; anything else that is wrong is refused,
 * so that it is noticed while the pixel is put up. The page may tell besides what the visitor has agreed to, as a cookie sync is told.
 *
 * What came before a conversion are the click that is named, and what
 * the visitor with our cookie saw and clicked of the advertiser. With a wish for privacy, or where consent is needed and
 * not given, nothing personal is read, and only the click counts.
 */
export function createConversionHandler(parts: ConversionParts): ConversionHandler {
  const { isAdvertiser, visitorOf, isLimited, touchesOf, hashOf, events, metrics, clock } = parts;

  /** @returns undefined when the store does not answer */
  async function seenBy(call: ConversionCall): Promise<readonly Touch[] | undefined> {
    const isPrivate = call.isPrivate || isLimited(call.query);
    const visitor = isPrivate ? undefined : visitorOf(call.cookies);
    if (visitor === undefined) return [];
    try {
      return await touchesOf(visitor, frequencyHash('advertiser', call.advertiser));
    } catch {
      // Why is the store's to report; the conversion is written without.
      return undefined;
    }
  }

  async function take(call: ConversionCall): Promise<ConversionOutcome> {
    const { advertiser } = call;
    if (!isAdvertiser(advertiser)) return 'unknown-advertiser';
    const told = read(call.query);
    if (told === undefined) return 'invalid';
    const timeMs = clock.nowMs();
    const seen = await seenBy(call);
    const touches = withClick(seen ?? [], told.clickedBid);
    events.record({
      kind: 'conversion',
      timeMs,
      exchange: undefined,
      test: undefined,
      advertiser,
      conversionHash: told.number === undefined ? undefined : hashOf(`${advertiser}\n${told.number}`),
      action: told.action,
      valueMicros: told.valueMicros,
      currency: told.currency,
      touches,
    });
    if (seen === undefined) return 'unread';
    return touches.length > 0 ? 'attributed' : 'unattributed';
  }

  return async (call) => {
    const outcome = await take(call);
    metrics.conversion(outcome);
    return outcome;
  };
}

/** @returns undefined when anything is not what it must be */
function read(query: string): Told | undefined {
  const [click, number, action, value, code] = ['click', 'id', 'action', 'value', 'currency'].map((name) => {
    const found = parameterOf(query, name);
    return found !== undefined && isUnreplaced(found) ? '' : found;
  });
  if (click === undefined || !(click === '' || isBidId(click))) return undefined;
  if (number === undefined || number.length > NUMBER_CHARACTERS_MAX) return undefined;
  if (action === undefined || !(action === '' || ACTION.test(action))) return undefined;
  if (value === undefined || code === undefined) return undefined;
  const currency = currencyFromText(code);
  if (code !== '' && currency === undefined) return undefined;
  const amount = value === '' ? undefined : decimalOf(value);
  if (value !== '' && (amount === undefined || amount < 0 || amount > UNITS_MAX)) return undefined;
  // An amount of nothing in particular cannot be added up.
  if (amount !== undefined && currency === undefined) return undefined;
  return {
    clickedBid: click || undefined,
    number: number || undefined,
    action: action.toLowerCase() || undefined,
    valueMicros: amount === undefined ? undefined : microsFromUnits(amount),
    currency: amount === undefined ? undefined : currency,
  };
}

function isBidId(text: string): boolean {
  return HOLDER.test(holderOf(text)) && countOf(text) !== undefined;
}

/** Adds the click that the advertiser names, unless the visitor's own records have it, with its time. */
function withClick(seen: readonly Touch[], clickedBid: string | undefined): readonly Touch[] {
  const newest = seen.slice(-TOUCHES_MAX);
  if (clickedBid === undefined) return newest;
  if (newest.some(({ bidId, kind }) => bidId === clickedBid && kind === 'click')) return newest;
  return [...newest, { bidId: clickedBid, kind: 'click', atMs: undefined }];
}
