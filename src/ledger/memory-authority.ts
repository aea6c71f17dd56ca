import type {
  LeaseReply,
  LeaseRequest,
  LedgerAuthority,
  Settlement,
  Statement,
  Tiding,
} from '../domain/ledger.js';
import type { Clock } from '../lib/clock.js';
import { Account, type AccountJson } from './account.js';

export type AccountsJson = readonly (readonly [campaign: string, AccountJson])[];

/** Accounts in this process's memory. Acts before it returns; the promises are already kept. */
export class MemoryAuthority implements LedgerAuthority {
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #accounts = new Map<string, Account>();

  constructor(clock: Pick<Clock, 'nowMs'>) {
    this.#clock = clock;
  }

  lease(request: LeaseRequest): Promise<LeaseReply> {
    return Promise.resolve(this.#accountOf(request.campaign).lease(request, this.#clock.nowMs()));
  }

  settle(settlement: Settlement): Promise<'booked' | 'duplicate'> {
    return Promise.resolve(this.#accountOf(settlement.campaign).settle(settlement, this.#clock.nowMs()));
  }

  tell(campaign: string, flightDay: number, tiding: Tiding): Promise<void> {
    this.#accounts.get(campaign)?.tell(flightDay, tiding);
    return Promise.resolve();
  }

  statement(campaign: string, flightDay: number): Promise<Statement | undefined> {
    return Promise.resolve(this.#accounts.get(campaign)?.statement(flightDay));
  }

  toJson(): AccountsJson {
    return Array.from(this.#accounts, ([campaign, account]) => [campaign, account.toJson()]);
  }

  /** Takes over accounts, in place of its own of the same campaigns. */
  load(accounts: AccountsJson): void {
    for (const [campaign, json] of accounts) this.#accounts.set(campaign, Account.fromJson(json));
  }

  #accountOf(campaign: string): Account {
    let account = this.#accounts.get(campaign);
    if (!account) {
      account = new Account();
      this.#accounts.set(campaign, account);
    }
    return account;
  }
}
