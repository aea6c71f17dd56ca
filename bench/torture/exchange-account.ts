/** A bid as the exchange knows it. */
export interface ExchangeBid {
  readonly bidId: string;
  readonly campaign: string;
  readonly user: string;
  /** UTC day of the bid, `YYYY-MM-DD`. */
  readonly flightDay: string;
  /** What it will bill, in micros of the budget's currency, if it bills. */
  readonly chargeMicros: number;
  readonly madeMs: number;
}

/** What an exchange keeps of its business with one bidder, or with several that share their money. */
export class ExchangeAccount {
  /** Billings that were answered with 200 or 204, each bid once. */
  readonly acknowledged = new Map<string, ExchangeBid>();
  /** Billings that were sent, whatever came back. */
  readonly billed = new Map<string, ExchangeBid>();
  requests = 0;
  bids = 0;
  /** Requests that got no answer at all: the process was dead. */
  unanswered = 0;
  notices = 0;
  /** Notices that had to be told again. */
  retries = 0;
  duplicates = 0;
  lateBillings = 0;
  forged = 0;
  /** Forged notices that were not refused. */
  forgedTaken = 0;
  /** Billings with a price that nobody bid; they are for bids that were lost. */
  absurd = 0;
}
