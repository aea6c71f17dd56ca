import type { Logger } from 'pino';
import type { LedgerAuthority } from './domain/ledger.js';
import type { Clock } from './lib/clock.js';
import { openLedger as openHolder, type MoneyHolder } from './ledger/holder.js';
import { MemoryAuthority } from './ledger/memory-authority.js';
import type { Metrics } from './metrics/metrics.js';

export interface LedgerParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** What the ids of this process's bids begin with. */
  readonly holder: string;
}

export interface Ledger {
  readonly authority: LedgerAuthority;
  readonly holder: MoneyHolder;
  readonly close: () => Promise<void>;
}

/** Opens the ledger and what this process holds of it. */
export async function openLedger({ clock, logger, holder }: LedgerParts): Promise<Ledger> {
  const authority = new MemoryAuthority(clock);
  const money = openHolder({
    authority,
    holder,
    clock,
    metrics: {
      leaseAnswered: () => {},
      reservationRefused: () => {},
      reservationEnded: () => {},
      billedLate: () => {},
      billingTold: () => {},
      tidingLost: () => {},
    },
    holdMsMax: 3_600_000,
    onTrouble: (message) => {
      logger.warn(message);
    },
    replay: async () => {},
    logProblem: () => undefined,
  });
  return {
    authority,
    holder: money,
    close: async () => {
      money.close();
    },
  };
}
