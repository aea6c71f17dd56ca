import type {
  LeaseReply,
  LeaseRequest,
  LedgerAuthority,
  Settlement,
  Statement,
  Tiding,
} from '../domain/ledger.js';
import type { Clock } from '../lib/clock.js';
import { openJournal, type Journal, type JournalOptions, type JournalReport } from './journal.js';
import { MemoryAuthority, type AccountsJson } from './memory-authority.js';

export interface DurableOptions extends Omit<JournalOptions, 'state'> {
  readonly clock: Clock;
}

interface State {
  readonly nowMs: number;
  readonly accounts: AccountsJson;
}

type Entry =
  | { readonly kind: 'settle'; readonly nowMs: number; readonly settlement: Settlement }
  | { readonly kind: 'lease'; readonly nowMs: number; readonly request: LeaseRequest };

/**
 * The time that accounts go by: it begins as the wall clock, goes on with the monotonic one, and stands still while no process
 * is there. So a wall clock that jumps frees no lease, and the leases of the process before are held for their whole time.
 */
class LedgerTime {
  readonly #clock: Clock;
  #baseMs: number;
  #isFirst = true;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#baseMs = clock.nowMs() - clock.monotonicMs();
  }

  nowMs(): number {
    return this.#baseMs + this.#clock.monotonicMs();
  }

  /** Goes on from a time that an earlier process had. */
  goOnFrom(nowMs: number): void {
    if (!this.#isFirst && nowMs <= this.nowMs()) return;
    this.#isFirst = false;
    this.#baseMs = nowMs - this.#clock.monotonicMs();
  }
}

/**
 * Accounts of one process that outlive it: in memory, with a journal of everything that changed them. A request is
 * answered when the system has its line; at the start every line is acted on again, in order and at its time.
 *
 * @throws FolderInUse when another process has the folder; what the file system throws
 */
export async function openDurableAuthority(options: DurableOptions): Promise<DurableAuthority> {
  const time = new LedgerTime(options.clock);
  const memory = new MemoryAuthority(time);
  const state = (): State => ({ nowMs: time.nowMs(), accounts: memory.toJson() });
  const { journal, report } = await openJournal(
    { ...options, state },
    (loaded) => {
      const { nowMs, accounts } = loaded as State;
      if (!Number.isFinite(nowMs)) throw new Error('it has no time');
      memory.load(accounts);
      time.goOnFrom(nowMs);
    },
    (entry) => {
      if (!isEntry(entry)) return false;
      time.goOnFrom(entry.nowMs);
      void (entry.kind === 'settle' ? memory.settle(entry.settlement) : memory.lease(entry.request));
      return true;
    },
  );
  return new DurableAuthority(memory, time, journal, report);
}

export class DurableAuthority implements LedgerAuthority {
  /** What was found at the start. */
  readonly report: JournalReport;
  readonly #memory: MemoryAuthority;
  readonly #time: LedgerTime;
  readonly #journal: Journal;

  constructor(memory: MemoryAuthority, time: LedgerTime, journal: Journal, report: JournalReport) {
    this.#memory = memory;
    this.#time = time;
    this.#journal = journal;
    this.report = report;
  }

  async lease(request: LeaseRequest): Promise<LeaseReply> {
    const reply = this.#memory.lease(request);
    await this.#write({ kind: 'lease', nowMs: this.#time.nowMs(), request });
    return reply;
  }

  async settle(settlement: Settlement): Promise<'booked' | 'duplicate'> {
    const outcome = await this.#memory.settle(settlement);
    if (outcome === 'booked') await this.#write({ kind: 'settle', nowMs: this.#time.nowMs(), settlement });
    return outcome;
  }

  tell(campaign: string, flightDay: number, tiding: Tiding): Promise<void> {
    return this.#memory.tell(campaign, flightDay, tiding);
  }

  statement(campaign: string, flightDay: number): Promise<Statement | undefined> {
    return this.#memory.statement(campaign, flightDay);
  }

  /** Why nothing can be written down; undefined when it can. */
  problem(): string | undefined {
    return this.#journal.problem();
  }

  /** Writes a last snapshot and gives the folder back. @throws when it could not be written; the journal is there all the same */
  close(): Promise<void> {
    return this.#journal.close();
  }

  #write(entry: Entry): Promise<void> {
    return this.#journal.append(entry);
  }
}

/** Whether a line says what lines say; a damaged one may be JSON all the same. */
function isEntry(value: unknown): value is Entry {
  if (!hasAll(value, { nowMs: 'number' })) return false;
  if (value['kind'] === 'settle') return hasAll(value['settlement'], SETTLEMENT_FIELDS);
  return value['kind'] === 'lease' && hasAll(value['request'], REQUEST_FIELDS);
}

const SETTLEMENT_FIELDS = {
  campaign: 'string',
  lineItem: 'string',
  bidId: 'string',
  bidAtMs: 'number',
  flightDay: 'number',
  reservedMicros: 'number',
  chargeMicros: 'number',
} as const;

const REQUEST_FIELDS = {
  campaign: 'string',
  holder: 'string',
  flightDay: 'number',
  totalMicros: 'number',
  openMicros: 'number',
  keepMicros: 'number',
  wantMicros: 'number',
  leastMicros: 'number',
  reservedMicros: 'number',
  heardCount: 'number',
  leaseMs: 'number',
  holdMs: 'number',
} as const;

function hasAll(
  value: unknown,
  fields: Readonly<Record<string, 'string' | 'number'>>,
): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Readonly<Record<string, unknown>>;
  return Object.entries(fields).every(([name, type]) => typeof record[name] === type);
}
