import { randomBytes } from 'node:crypto';
import type {
  BookedFigures,
  LeaseReply,
  LeaseRequest,
  LedgerAuthority,
  Settlement,
  Statement,
  Tiding,
} from '../domain/ledger.js';
import { holderOf, SETTLED_WITHIN_MS } from '../domain/ledger.js';
import type { Micros } from '../domain/money.js';
import { assert } from '../lib/assert.js';
import { LEASE_SCRIPT } from './ledger-lease.js';
import {
  billedMember,
  dayName,
  escapeId,
  inboxName,
  leaseField,
  ledgerNames,
  unescapeId,
} from './ledger-names.js';
import { SETTLE_SCRIPT } from './ledger-settle.js';
import { STATEMENT_SCRIPT } from './ledger-statement.js';
import { TELL_SCRIPT } from './ledger-tell.js';
import type { RedisReports } from './link.js';
import { openServers } from './open-servers.js';
import type { RedisTarget } from './redis-url.js';
import { ScriptRunner } from './script.js';
import type { RedisServers } from './servers.js';
import { WriteBatch } from './write-batch.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** As in memory (ledger/account.ts): tidings that a holder does not come for. */
const INBOX_MAX = 100_000;
/** An inbox outlives its lease for as long as it can take until somebody asks about the campaign again and ends the lease. */
const INBOX_KEPT_MS = HOUR_MS;
/** The clock of the machine that bid may be ahead. */
const BILLED_KEPT_MS = SETTLED_WITHIN_MS + DAY_MS;
/** From the first booking: 400 days after the last one can come. */
const DAY_KEPT_MS = 400 * DAY_MS + SETTLED_WITHIN_MS;

export interface RedisLedgerOptions {
  readonly target: RedisTarget;
  /** PEM of the authorities behind the server's certificate; undefined = those that Node knows. */
  readonly certificateAuthority?: string;
}

export interface RedisLedger extends LedgerAuthority {
  /**
   * @param listener told each time that a connection has come up, the first time as well: a Redis that crashed may have lost what
   *   it was told in its last second, so it is to be told again
   */
  onConnected(listener: () => void): void;
  /** Why it cannot be asked at this moment; undefined when it can. */
  problem(): string | undefined;
  close(): void;
}

/**
 * The accounts in Redis, one server or a Cluster. Connects in the background and for ever; nothing waits for a connection.
 *
 * It has connections of its own, one a node: replies on one connection come in order, so that a batch of lookups would
 * keep money waiting, and an inbox of a thousand tidings a bid that has ten milliseconds left. Their troubles are those of
 * the profiles' connections, which report them; `problem` says what these have.
 */
export function createRedisLedger({ target, certificateAuthority }: RedisLedgerOptions): RedisLedger {
  const listeners: (() => void)[] = [];
  const silent: RedisReports = { problem: () => {}, recovered: () => {} };
  const servers = openServers(target, { ...target, certificateAuthority }, silent, () => {
    for (const listener of listeners) listener();
  });
  const ledger = new RedisAuthority(servers);
  return {
    lease: (request) => ledger.lease(request),
    settle: (settlement) => ledger.settle(settlement),
    tell: (campaign, flightDay, tiding) => ledger.tell(campaign, flightDay, tiding),
    statement: (campaign, flightDay) => ledger.statement(campaign, flightDay),
    onConnected: (listener) => void listeners.push(listener),
    problem: () => servers.problem(),
    close: () => servers.close(),
  };
}

/** Accounts behind given connections. All that is decided is decided by the scripts, by the clock of Redis. */
export class RedisAuthority implements LedgerAuthority {
  readonly #scripts: ScriptRunner;
  readonly #nowText: () => string;
  /** Two accounts never begin with the same epoch, so each call brings one of its own. */
  readonly #epochStart = randomBytes(9).toString('base64url');
  #epochs = 0;

  /** @param nowMs another clock than that of Redis, for tests of what happens when time passes */
  constructor(servers: RedisServers, nowMs?: () => number) {
    // Who is refused for want of room hears it, and counts it.
    const metrics = { storeTrouble: () => {} };
    const unheard: RedisReports = { problem: () => {}, recovered: () => {} };
    this.#scripts = new ScriptRunner(new WriteBatch(servers, metrics, unheard));
    this.#nowText = nowMs === undefined ? () => '' : () => integerText(nowMs());
  }

  async lease(request: LeaseRequest): Promise<LeaseReply> {
    const { campaign, flightDay, holder } = request;
    const { budget, leases, ends } = ledgerNames(campaign);
    const reply = (await this.#scripts.run(
      LEASE_SCRIPT,
      [budget, dayName(campaign, flightDay), leases, ends, inboxName(campaign, flightDay, holder)],
      [
        this.#nowText(),
        this.#newEpoch(),
        leaseField(flightDay, holder),
        integerText(flightDay),
        integerText(request.totalMicros),
        request.dailyMicros === undefined ? '' : integerText(request.dailyMicros),
        integerText(request.openMicros),
        integerText(request.keepMicros),
        integerText(request.wantMicros),
        integerText(request.leastMicros),
        integerText(request.reservedMicros),
        integerText(request.heardCount),
        integerText(request.leaseMs),
        integerText(request.holdMs),
        String(INBOX_KEPT_MS),
      ],
    )) as LeaseScriptReply;
    const [freeMicros, tidingsFrom, epoch, spentTotalMicros, spentDayMicros, openMicros, heldMicros] = reply;
    return {
      freeMicros,
      tidings: reply[8].map(toTiding),
      tidingsFrom,
      account: {
        epoch,
        spentTotalMicros,
        spentDayMicros,
        openMicros,
        heldMicros,
        reservedMicros: reply[7],
      },
    };
  }

  async settle(settlement: Settlement): Promise<'booked' | 'duplicate'> {
    const { campaign, flightDay, bidId, bidAtMs, reservedMicros, chargeMicros } = settlement;
    const { budget, leases, ends } = ledgerNames(campaign);
    const holder = holderOf(bidId);
    const { name: billed, member } = billedMember(settlement);
    const reply = await this.#scripts.run(
      SETTLE_SCRIPT,
      [budget, dayName(campaign, flightDay), leases, ends, inboxName(campaign, flightDay, holder), billed],
      [
        this.#nowText(),
        this.#newEpoch(),
        leaseField(flightDay, holder),
        integerText(flightDay),
        escapeId(settlement.lineItem),
        integerText(Math.floor(bidAtMs / HOUR_MS)),
        member,
        integerText(reservedMicros),
        integerText(chargeMicros),
        tidingText({ bidId, kind: 'billed' }, reservedMicros),
        String(INBOX_MAX),
        String(DAY_KEPT_MS),
        String(BILLED_KEPT_MS),
        String(INBOX_KEPT_MS),
      ],
    );
    return reply === 1 ? 'booked' : 'duplicate';
  }

  async tell(campaign: string, flightDay: number, tiding: Tiding): Promise<void> {
    const { budget, leases } = ledgerNames(campaign);
    const holder = holderOf(tiding.bidId);
    await this.#scripts.run(
      TELL_SCRIPT,
      [budget, leases, inboxName(campaign, flightDay, holder)],
      [
        this.#nowText(),
        leaseField(flightDay, holder),
        integerText(flightDay),
        tidingText(tiding, 0),
        String(INBOX_MAX),
        String(INBOX_KEPT_MS),
      ],
    );
  }

  async statement(campaign: string, flightDay: number): Promise<Statement | undefined> {
    const { budget } = ledgerNames(campaign);
    const reply = await this.#scripts.run(STATEMENT_SCRIPT, [budget, dayName(campaign, flightDay)], []);
    const [account, day] = (reply as [string[], string[]]).map(toFields) as [Fields, Fields];
    if (!account.has('epoch')) return undefined;
    return {
      total: figures(account, 'impressions', 'micros'),
      lineItems: figuresBy(account, 'i:', 'm:', unescapeId),
      day: {
        flightDay,
        booked: figures(day, 'impressions', 'micros'),
        lineItems: figuresBy(day, 'i:', 'm:', unescapeId),
        hours: figuresBy(day, 'hi:', 'hm:', Number),
      },
    };
  }

  #newEpoch(): string {
    return `${this.#epochStart}-${(this.#epochs++).toString(36)}`;
  }
}

type LeaseScriptReply = [
  freeMicros: Micros,
  tidingsFrom: number,
  epoch: string,
  spentTotalMicros: Micros,
  spentDayMicros: Micros,
  openMicros: Micros,
  heldMicros: Micros,
  reservedMicros: Micros,
  tidings: string[],
];

const KINDS = { b: 'billed', w: 'won', l: 'lost' } as const;

function tidingText({ bidId, kind }: Tiding, micros: number): string {
  return `${kind.slice(0, 1)}${integerText(micros)} ${bidId}`;
}

function toTiding(text: string): Tiding {
  return { bidId: text.slice(text.indexOf(' ') + 1), kind: KINDS[text[0] as keyof typeof KINDS] };
}

/** What is not whole would be refused by Redis, as damaged. */
function integerText(value: number): string {
  assert(Number.isSafeInteger(value), `the ledger counts in integers below 2^53: ${value}`);
  return String(value);
}

type Fields = ReadonlyMap<string, string>;

/** @param reply of HGETALL: a field, its value, the next field */
function toFields(reply: readonly string[]): Fields {
  const fields = new Map<string, string>();
  for (let i = 0; i + 1 < reply.length; i += 2) fields.set(reply[i] as string, reply[i + 1] as string);
  return fields;
}

function figures(fields: Fields, impressions: string, micros: string): BookedFigures {
  return {
    impressions: Number(fields.get(impressions) ?? 0),
    micros: Number(fields.get(micros) ?? 0) as Micros,
  };
}

function figuresBy<Key>(
  fields: Fields,
  impressions: string,
  micros: string,
  toKey: (text: string) => Key,
): ReadonlyMap<Key, BookedFigures> {
  const found = new Map<Key, BookedFigures>();
  for (const field of fields.keys()) {
    if (!field.startsWith(impressions)) continue;
    const text = field.slice(impressions.length);
    found.set(toKey(text), figures(fields, field, micros + text));
  }
  return found;
}
