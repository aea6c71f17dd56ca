import { RedisAuthority } from '../../src/redis/ledger.js';
import { openServers } from '../../src/redis/open-servers.js';
import { parseRedisUrl } from '../../src/redis/redis-url.js';
import type { LeaseRequest, Settlement } from '../../src/domain/ledger.js';
import type { Micros } from '../../src/domain/money.js';
import { waitFor } from '../support/redis-server.js';

export interface OpenLedger {
  readonly ledger: RedisAuthority;
  readonly close: () => void;
}

/** A ledger by a clock of the test's. Every node of a Cluster can be asked once it is there. */
export async function openLedgerAt(url: string, nowMs?: () => number): Promise<OpenLedger> {
  const target = parseRedisUrl(url, { allowInsecure: false });
  const silent = { problem: () => {}, recovered: () => {} };
  const servers = openServers(target, { ...target, certificateAuthority: undefined }, silent);
  const ledger = new RedisAuthority(servers, nowMs);
  await waitFor(async () => {
    for (let i = 0; i < 30; i++) await ledger.statement(`probe-${i}`, 0);
    return true;
  }, 'the ledger can be asked');
  return { ledger, close: () => servers.close() };
}

export const FLIGHT_DAY = 20_781;
export const NOON_MS = FLIGHT_DAY * 86_400_000 + 12 * 3_600_000;

/** Holder `h` asks for 1,000 micros of a budget of 10,000, for ten seconds, and its bids may be billed a minute longer. */
export function leaseRequest(overrides: Partial<Record<keyof LeaseRequest, unknown>> = {}): LeaseRequest {
  return {
    campaign: 'shoes',
    holder: 'h',
    flightDay: FLIGHT_DAY,
    totalMicros: 10_000,
    dailyMicros: undefined,
    openMicros: 0,
    keepMicros: 0,
    wantMicros: 1_000,
    leastMicros: 10,
    reservedMicros: 0,
    heardCount: 0,
    leaseMs: 10_000,
    holdMs: 60_000,
    ...overrides,
  } as LeaseRequest;
}

export function settlementOf(
  bidId: string,
  chargeMicros: number,
  overrides: Partial<Settlement> = {},
): Settlement {
  return {
    campaign: 'shoes',
    lineItem: 'runners',
    bidId,
    bidAtMs: NOON_MS,
    flightDay: FLIGHT_DAY,
    reservedMicros: chargeMicros as Micros,
    chargeMicros: chargeMicros as Micros,
    ...overrides,
  };
}
