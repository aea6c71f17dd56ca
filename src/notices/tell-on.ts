import { frequencyHashes, type FrequencyKind } from '../domain/frequency.js';
import type { NoticeParts } from './parts.js';
import type { Notice } from './notice.js';

/** Lets those know who want to: who made the bid, and the visitor's frequency logs. For notices that count. */
export function tellOn(
  notice: Notice,
  { ledger, frequency }: Pick<NoticeParts, 'ledger' | 'frequency'>,
): void {
  const { campaign, flightDay, bidId, frequencyNames } = notice.facts;
  if (notice.kind === 'win') ledger.tell(campaign, flightDay, { bidId, kind: 'won' });
  if (notice.kind === 'loss') ledger.tell(campaign, flightDay, { bidId, kind: 'lost' });
  const kind = FREQUENCY_KIND[notice.kind];
  if (kind === undefined || frequencyNames.length === 0) return;
  frequency.record(frequencyNames, {
    kind,
    bidId,
    atMs: notice.timeMs,
    heldUntilMs: 0,
    ...frequencyHashes(notice.facts),
  });
}

/** A bid that won is still reserved, as it was. */
const FREQUENCY_KIND: Readonly<Record<Notice['kind'], FrequencyKind | undefined>> = {
  win: undefined,
  loss: 'released',
  bill: 'shown',
  impression: 'shown',
  click: 'clicked',
};
