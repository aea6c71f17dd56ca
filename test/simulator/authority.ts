import type {
  LeaseReply,
  LeaseRequest,
  LedgerAuthority,
  Settlement,
  Statement,
  Tiding,
} from '../../src/domain/ledger.js';
import { Account, type AccountJson } from '../../src/ledger/account.js';
import { integerBetween, type Random } from '../../src/lib/prng.js';
import type { MachineClock, Timeline } from './timeline.js';

/** Who asks waits no longer than this; what was asked may be done all the same. */
const PATIENCE_MS = 1_000;
const WAY_MS_MAX = 4;
const SLOW_MS_MAX = 1_500;

/** How bad the network is: at which share of the messages the connection breaks, and which share keeps all behind it waiting. */
export interface NetworkFaults {
  readonly broken: number;
  readonly slow: number;
}

/**
 * The accounts of `src/ledger/account.ts` as they are, at the other end of a bad network: what is asked may be lost on the way, its
 * answer may be lost on the way back, either may be late, and what was given up may be done seconds later.
 */
export class SimulatedAuthority {
  readonly #timeline: Timeline;
  readonly #clock: MachineClock;
  readonly #random: Random;
  readonly #faults: () => NetworkFaults;
  readonly #onBooked: (settlement: Settlement) => void;
  #accounts = new Map<string, Account>();
  #epochs = 0;
  /** What arrives while the machine stands still is done when it goes on. */
  #arrivedFrozen: (() => void)[] | undefined;
  readonly #links = new Set<SimulatedLink>();

  /** @param onBooked told of each billing that is booked, before anybody else hears of it */
  constructor(
    timeline: Timeline,
    clock: MachineClock,
    random: Random,
    faults: () => NetworkFaults,
    onBooked: (settlement: Settlement) => void,
  ) {
    this.#timeline = timeline;
    this.#clock = clock;
    this.#random = random;
    this.#faults = faults;
    this.#onBooked = onBooked;
  }

  /** @param onBack told when the connection was broken and is there again */
  connect(onBack: () => void): SimulatedLink {
    const link = new SimulatedLink(this, this.#timeline, onBack);
    this.#links.add(link);
    return link;
  }

  disconnect(link: SimulatedLink): void {
    this.#links.delete(link);
  }

  freeze(): void {
    this.#arrivedFrozen ??= [];
  }

  thaw(): void {
    const arrived = this.#arrivedFrozen ?? [];
    this.#arrivedFrozen = undefined;
    for (const act of arrived) act();
  }

  /** What a Redis has on disk at this moment. */
  onDisk(): ReadonlyMap<string, AccountJson> {
    return structuredClone(new Map([...this.#accounts].map(([name, account]) => [name, account.toJson()])));
  }

  /** It comes back with what was on disk; every connection to it is broken. */
  crash(onDisk: ReadonlyMap<string, AccountJson>): void {
    this.#accounts = new Map([...onDisk].map(([name, json]) => [name, Account.fromJson(json)]));
    if (this.#arrivedFrozen !== undefined) this.#arrivedFrozen = [];
    for (const link of this.#links) link.broke();
  }

  /** Somebody threw everything away; the connections stay. */
  wipe(): void {
    this.#accounts.clear();
  }

  /** Without the network, for those who check. */
  statementOf(campaign: string, flightDay: number): Statement | undefined {
    return this.#accounts.get(campaign)?.statement(flightDay);
  }

  accountOf(campaign: string): Account {
    let account = this.#accounts.get(campaign);
    if (!account) {
      account = new Account(`epoch-${this.#epochs++}`);
      this.#accounts.set(campaign, account);
    }
    return account;
  }

  settle(settlement: Settlement): 'booked' | 'duplicate' {
    const outcome = this.accountOf(settlement.campaign).settle(settlement, this.nowMs());
    if (outcome === 'booked') this.#onBooked(settlement);
    return outcome;
  }

  tell(campaign: string, flightDay: number, tiding: Tiding): void {
    this.#accounts.get(campaign)?.tell(flightDay, tiding);
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  /**
   * Messages on one connection do not overtake each other.
   *
   * @param act done when the request arrives, which it may never do
   * @param reply called when the answer arrives
   */
  send<Reply>(
    link: SimulatedLink,
    connection: Connection,
    act: () => Reply,
    reply: (reply: Reply) => void,
  ): void {
    const nowMs = this.#timeline.nowMs;
    connection.requestMs = Math.max(connection.requestMs, nowMs + this.#wayMs());
    this.#timeline.after(connection.requestMs - nowMs, () => {
      if (this.#isLost()) {
        link.broke(connection);
        return;
      }
      const arrive = (): void => {
        const answer = act();
        const actedMs = this.#timeline.nowMs;
        connection.replyMs = Math.max(connection.replyMs, actedMs + this.#wayMs());
        this.#timeline.after(connection.replyMs - actedMs, () => {
          if (this.#isLost()) link.broke(connection);
          else reply(answer);
        });
      };
      if (this.#arrivedFrozen === undefined) arrive();
      else this.#arrivedFrozen.push(arrive);
    });
  }

  #isLost(): boolean {
    return this.#random() < this.#faults().broken;
  }

  #wayMs(): number {
    const msMax = this.#random() < this.#faults().slow ? SLOW_MS_MAX : WAY_MS_MAX;
    return integerBetween(this.#random, 0, msMax);
  }
}

/** When the last message each way is there. */
interface Connection {
  requestMs: number;
  replyMs: number;
}

function newConnection(): Connection {
  return { requestMs: 0, replyMs: 0 };
}

/** What one process has of the authority: a connection, which can be cut. */
export class SimulatedLink implements LedgerAuthority {
  readonly #authority: SimulatedAuthority;
  readonly #timeline: Timeline;
  readonly #onBack: () => void;
  #isCut = false;
  /** Another one when it breaks: answers to what was asked before do not arrive any more. */
  #connection: Connection = newConnection();
  readonly #waiting = new Set<(error: Error) => void>();

  constructor(authority: SimulatedAuthority, timeline: Timeline, onBack: () => void) {
    this.#authority = authority;
    this.#timeline = timeline;
    this.#onBack = onBack;
  }

  lease(request: LeaseRequest): Promise<LeaseReply> {
    return this.#ask((authority) => authority.accountOf(request.campaign).lease(request, authority.nowMs()));
  }

  settle(settlement: Settlement): Promise<'booked' | 'duplicate'> {
    return this.#ask((authority) => authority.settle(settlement));
  }

  tell(campaign: string, flightDay: number, tiding: Tiding): Promise<void> {
    return this.#ask((authority) => authority.tell(campaign, flightDay, tiding));
  }

  statement(campaign: string, flightDay: number): Promise<Statement | undefined> {
    return this.#ask((authority) => authority.statementOf(campaign, flightDay));
  }

  cut(): void {
    this.#isCut = true;
    this.broke();
  }

  mend(): void {
    this.#isCut = false;
    this.#onBack();
  }

  /** The connection broke and is made again at once, unless it is cut. @param connection that one, if it is still in use */
  broke(connection = this.#connection): void {
    if (connection !== this.#connection) return;
    this.#connection = newConnection();
    for (const reject of this.#waiting) reject(new Error('the connection broke'));
    this.#waiting.clear();
    if (!this.#isCut) this.#timeline.after(1, () => this.#onBack());
  }

  #ask<Reply>(act: (authority: SimulatedAuthority) => Reply): Promise<Reply> {
    if (this.#isCut) return Promise.reject(new Error('not connected'));
    const connection = this.#connection;
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      this.#timeline.after(PATIENCE_MS, () => {
        if (this.#waiting.delete(reject)) reject(new Error('no answer in time'));
      });
      this.#authority.send(
        this,
        connection,
        () => act(this.#authority),
        (reply) => {
          if (connection === this.#connection) resolve(reply);
          this.#waiting.delete(reject);
        },
      );
    });
  }
}
