import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fullRequest, baseFiles } from './case-file.js';
import { merged, type JsonObject } from './merge.js';
import type { Environment } from './program.js';
import { waitFor } from './redis-server.js';

/** CPM in USD of the only line item: one impression costs 0.0032 USD, or 3,200 micros. */
export const CPM = 3.2;
export const COST_MICROS = 3_200;
const NO_MONEY_MS = 1_500;
const ASK_MS = 20;

/** A configuration that a bidder can be started on again and again, with one campaign that spends as soon as possible. */
export class MoneyFolder {
  readonly folder = mkdtempSync(join(tmpdir(), 'narrowcast-money-'));
  #campaign: JsonObject;

  /** @param impressions what the budget of a day pays for */
  constructor(impressions: number, exchange: JsonObject = {}) {
    const files = baseFiles();
    const [campaign = {}] = files.campaigns;
    this.#campaign = merged(campaign, {
      flight: { start: '2020-01-01', end: '2099-12-31', timeZone: 'UTC' },
      budget: {
        total: Math.max(100, (impressions * CPM) / 1000),
        daily: (impressions * CPM) / 1000,
        currency: 'USD',
        pacing: 'asap',
      },
    }) as JsonObject;
    for (const name of ['config/campaigns', 'config/exchanges', 'profiles', 'data'])
      mkdirSync(join(this.folder, name), { recursive: true });
    this.#write('config/exchanges/generic.json', merged(files.exchanges['generic'] ?? {}, exchange));
    this.#write('config/rates.json', files.rates);
    this.edit({});
  }

  /** Saves the campaign with these changes. */
  edit(changes: JsonObject): void {
    this.#campaign = merged(this.#campaign, changes) as JsonObject;
    this.#write('config/campaigns/shoes.json', this.#campaign);
  }

  removeCampaign(): void {
    rmSync(join(this.folder, 'config/campaigns/shoes.json'));
  }

  get environment(): Environment {
    return {
      CONFIG_DIR: join(this.folder, 'config'),
      PROFILES: join(this.folder, 'profiles'),
      DATA_DIR: join(this.folder, 'data'),
      LOG_LEVEL: 'info',
      DELAY_MS_MAX: '10000',
    };
  }

  get dataDir(): string {
    return join(this.folder, 'data');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #write(name: string, value: unknown): void {
    writeFileSync(join(this.folder, name), JSON.stringify(value, null, 2));
  }
}

/** A bid as the exchange got it. */
export interface ReceivedBid {
  readonly id: string;
  readonly price: number;
  readonly nurl: string;
  readonly burl: string | undefined;
  readonly lurl: string;
  readonly pixel: string;
  readonly click: string;
}

/** What an exchange does to one bidder: asks for bids and tells what became of them. */
export class FakeExchange {
  readonly port: number;
  #requests = 0;

  constructor(port: number) {
    this.port = port;
  }

  /** @returns undefined for a no-bid */
  async ask(changes: JsonObject = {}): Promise<ReceivedBid | undefined> {
    const body = JSON.stringify(
      fullRequest({ id: `r-${++this.#requests}-${this.port}`, tmax: 500, ...changes }),
    );
    const response = await fetch(`http://127.0.0.1:${this.port}/openrtb2/generic`, { method: 'POST', body });
    if (response.status !== 200) {
      await response.arrayBuffer();
      return undefined;
    }
    const { seatbid } = (await response.json()) as { seatbid: { bid: Record<string, string>[] }[] };
    const bid = seatbid[0]?.bid[0] ?? {};
    const linkIn = (pattern: RegExp) => pattern.exec(bid['adm'] ?? '')?.[0] ?? '';
    return {
      id: bid['id'] ?? '',
      price: Number(bid['price']),
      nurl: bid['nurl'] ?? '',
      burl: bid['burl'],
      lurl: bid['lurl'] ?? '',
      pixel: linkIn(/https:[^"]*\/i\/[^"]*/),
      click: linkIn(/https:[^"]*\/c\/[^"]*/),
    };
  }

  /** Asks until there was no bid for a second and a half, in which a bidder would have fetched what is left of the money. */
  async askUntilNoMoney(): Promise<ReceivedBid[]> {
    const bids: ReceivedBid[] = [];
    for (let lastMs = performance.now(); performance.now() - lastMs < NO_MONEY_MS; await sleep(ASK_MS)) {
      const bid = await this.ask();
      if (!bid) continue;
      bids.push(bid);
      lastMs = performance.now();
    }
    return bids;
  }

  /** Asks until there were so many bids. */
  async askFor(count: number): Promise<ReceivedBid[]> {
    const bids: ReceivedBid[] = [];
    await waitFor(async () => {
      const bid = await this.ask();
      return bid !== undefined && bids.push(bid) === count;
    }, `${count} bids`);
    return bids;
  }

  /** @param price CPM; undefined leaves the macro as it is. @returns the status */
  async tell(link: string, price?: number | string): Promise<number> {
    const { pathname, search } = new URL(link);
    const query =
      price === undefined ? search : search.replace(/(%24%7B|\$\{)AUCTION_PRICE(%7D|\})/, String(price));
    const told = query.replace(/(%24%7B|\$\{)AUCTION_CURRENCY(%7D|\})/, 'USD');
    const response = await fetch(`http://127.0.0.1:${this.port}${pathname}${told}`, { redirect: 'manual' });
    await response.arrayBuffer();
    return response.status;
  }
}
