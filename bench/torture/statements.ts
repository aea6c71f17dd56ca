import { join } from 'node:path';
import { openDurableAuthority } from '../../src/ledger/durable-authority.js';
import { systemClock } from '../../src/lib/clock.js';
import { dayNumber } from '../../src/lib/local-day.js';
import { createRedisLedger } from '../../src/redis/ledger.js';
import { parseRedisUrl } from '../../src/redis/redis-url.js';
import { waitFor } from '../../test/support/redis-server.js';
import type { StatementOf } from './compare.js';

export interface Statements {
  readonly of: StatementOf;
  close(): Promise<void>;
}

/** What the processes on Redis have booked. */
export async function redisStatements(url: string): Promise<Statements> {
  const ledger = createRedisLedger({ target: parseRedisUrl(url, { allowInsecure: false }) });
  await waitFor(() => ledger.problem() === undefined, 'the ledger in Redis can be asked');
  return {
    of: (campaign, flightDay) => ledger.statement(campaign, dayNumber(flightDay)),
    close: () => Promise.resolve(ledger.close()),
  };
}

/** What the embedded process has booked, out of the journal that it leaves. */
export async function embeddedStatements(dataDir: string): Promise<Statements> {
  const onTrouble = (message: string): void => {
    throw new Error(message);
  };
  const authority = await openDurableAuthority({
    folder: join(dataDir, 'ledger'),
    clock: systemClock,
    onTrouble,
  });
  return {
    of: (campaign, flightDay) => authority.statement(campaign, dayNumber(flightDay)),
    close: () => authority.close(),
  };
}
