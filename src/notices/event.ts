import type { PriceSettings } from '../domain/catalog.js';
import { bidFactsTold, type DroppableEvent, type MoneyEvent, type MoneyKind } from '../domain/event.js';
import { MICROS_PER_UNIT, wholeMicros, type Micros } from '../domain/money.js';
import type { Notice, Verdict } from './notice.js';
import { decimalOf, parameterOf } from './query.js';

type OtherNoticeEvent = Extract<DroppableEvent, { kind: 'loss' | 'impression' | 'click' }>;

/** @param kind `bill` also for an impression that spends */
export function moneyEventOf(kind: MoneyKind, notice: Notice, verdict: Verdict): MoneyEvent {
  const owed = verdict.chargeMicros;
  return { ...shared(notice, verdict), kind, spends: owed !== undefined, chargeMicros: owed };
}

/** Neither the landing page of a click nor what names a visitor is in it. */
export function otherEventOf(
  kind: OtherNoticeEvent['kind'],
  notice: Notice,
  verdict: Verdict,
  unit: PriceSettings['unit'],
): OtherNoticeEvent {
  const isLoss = kind === 'loss';
  return {
    ...shared(notice, verdict),
    kind,
    lossCode: isLoss ? lossCodeOf(notice.query) : undefined,
    minToWinMicros: isLoss ? minToWinOf(notice.query, unit) : undefined,
  };
}

function shared({ facts, timeMs }: Notice, { outcome, why }: Verdict) {
  return {
    timeMs,
    ...bidFactsTold(facts),
    bidAtMs: facts.bidAtMs,
    outcome,
    why,
  };
}

/** The parameter `r`, as OpenRTB's macro `${AUCTION_LOSS}` leaves it. */
function lossCodeOf(query: string): number | undefined {
  const told = parameterOf(query, 'r') ?? '';
  return /^\d{1,4}$/.test(told) ? Number(told) : undefined;
}

/** The parameter `m`, as OpenRTB's macro `${AUCTION_MIN_TO_WIN}` leaves it. */
function minToWinOf(query: string, unit: PriceSettings['unit']): Micros | undefined {
  const told = decimalOf(parameterOf(query, 'm') ?? '');
  if (told === undefined || told < 0) return undefined;
  return wholeMicros(Math.round(unit === 'micros' ? told : told * MICROS_PER_UNIT));
}
