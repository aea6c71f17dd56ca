import { epochName } from './keys.js';
import { RedisLink, type LinkOptions, type RedisReports } from './link.js';
import type { RedisAddress } from './redis-url.js';
import type { Redirect, RedisServers } from './servers.js';
import { SLOTS, slotOf } from './slot.js';

const TICK_MS = 250;
/** As long as every master is up, the table of slots is only checked. */
const CHECK_TICKS = 40;
const EPOCH_NUMBERS_MAX = 10_000;

/**
 * The masters of a Redis Cluster, each behind a connection of its own, and the table that says which slot lies where.
 *
 * ioredis has a Cluster client, which retries, queues and redirects on its own; here nothing may wait, so the table is
 * kept by hand: CLUSTER SLOTS is asked of a node that is up, in turn, as soon as one is up; every quarter second while
 * the table is missing or some master of it is down (which is how a failover is noticed); when a node says MOVED; and
 * every ten seconds otherwise. A node that is not in the table loses its connection, except that the nodes named in the
 * URL are tried again while nobody is up.
 */
export class ClusterServers implements RedisServers {
  readonly oneServer = false;
  readonly #seeds: readonly RedisAddress[];
  readonly #options: LinkOptions;
  readonly #reports: RedisReports;
  readonly #onConnected: () => void;
  readonly #links = new Map<string, RedisLink>();
  readonly #slots: (RedisLink | undefined)[] = Array.from({ length: SLOTS });
  /** In the table; the other links are seeds and those that a redirection named. */
  #masters: ReadonlySet<RedisLink> = new Set();
  #epochNames: readonly string[] = [];
  /** A connection came up, and it is not known yet which slots lie behind it. */
  #cameUp = false;
  #isAsking = false;
  #askAgain = false;
  #turn = 0;
  #tick = 0;
  readonly #timer: NodeJS.Timeout;

  /** @param onConnected told when a connection has come up and the table was read since, so that its slots can be asked */
  constructor(
    seeds: readonly RedisAddress[],
    options: LinkOptions,
    reports: RedisReports,
    onConnected = () => {},
  ) {
    this.#seeds = seeds;
    this.#options = options;
    this.#reports = reports;
    this.#onConnected = onConnected;
    for (const seed of seeds) this.#linkAt(seed);
    this.#timer = setInterval(() => this.#check(), TICK_MS);
    this.#timer.unref();
  }

  linkOf(name: string): RedisLink | undefined {
    const link = this.#slots[slotOf(name)];
    return link?.isUp === true ? link : undefined;
  }

  anyLink(): RedisLink | undefined {
    const up = [...this.#links.values()].filter((link) => link.isUp);
    return up[this.#turn++ % Math.max(1, up.length)];
  }

  redirect(error: Error): Redirect | undefined {
    const [word, , address] = error.message.split(' ', 3);
    if (word !== 'MOVED' && word !== 'ASK') return undefined;
    if (word === 'MOVED') void this.#refresh();
    const node = toAddress(address);
    const link = node && this.#linkAt(node);
    return { link: link?.isUp === true ? link : undefined, asking: word === 'ASK' };
  }

  epochNames(): readonly string[] {
    return this.#epochNames;
  }

  addresses(): readonly RedisAddress[] {
    const known = [...this.#links.values()]
      .filter((link) => link.isUp)
      .map((link) => toAddress(link.address));
    const up = known.filter((node) => node !== undefined);
    return up.length > 0 ? up : this.#seeds;
  }

  problem(): string | undefined {
    const links = [...this.#links.values()];
    if (this.#masters.size > 0 && links.some((link) => link.isUp)) return undefined;
    return links.find((link) => !link.isUp)?.problem ?? 'connecting';
  }

  close(): void {
    clearInterval(this.#timer);
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
    this.#masters = new Set();
    this.#slots.fill(undefined);
  }

  #linkAt(node: RedisAddress): RedisLink {
    const address = `${node.host}:${node.port}`;
    const known = this.#links.get(address);
    if (known !== undefined) return known;
    const link = new RedisLink(node, this.#options, this.#reports, () => {
      this.#cameUp = true;
      void this.#refresh();
    });
    this.#links.set(address, link);
    return link;
  }

  #check(): void {
    if (this.anyLink() === undefined) for (const seed of this.#seeds) this.#linkAt(seed);
    const isWhole = this.#masters.size > 0 && [...this.#masters].every((link) => link.isUp);
    if (!isWhole || ++this.#tick % CHECK_TICKS === 0) void this.#refresh();
  }

  /** One question at a time; who asks meanwhile is answered by the next one. */
  async #refresh(): Promise<void> {
    this.#askAgain = this.#isAsking;
    const link = this.anyLink();
    if (this.#isAsking || link === undefined) return;
    this.#isAsking = true;
    try {
      const [reply] = await link.pipeline([['CLUSTER', 'SLOTS']]);
      if (reply?.[0] === null) this.#apply(parseSlots(reply[1], link.host));
      else
        this.#reports.problem(`Redis at ${link.address} is no node of a Cluster, or does not show its slots`);
    } catch {
      // The connection broke, which it reports itself; the next tick asks another node.
    } finally {
      this.#isAsking = false;
    }
    if (this.#askAgain) void this.#refresh();
  }

  #apply(ranges: readonly SlotRange[]): void {
    if (ranges.length === 0) return;
    const masters = new Set<RedisLink>();
    this.#slots.fill(undefined);
    for (const { start, end, node } of ranges) {
      const link = this.#linkAt(node);
      masters.add(link);
      this.#slots.fill(link, start, end + 1);
    }
    this.#masters = masters;
    for (const [address, link] of this.#links) {
      if (masters.has(link)) continue;
      link.close();
      this.#links.delete(address);
    }
    this.#epochNames = this.#findEpochNames();
    if (!this.#cameUp) return;
    this.#cameUp = false;
    this.#onConnected();
  }

  /** Names that differ only in a number fall on all nodes before long. */
  #findEpochNames(): readonly string[] {
    const without = new Set(this.#masters);
    const names: string[] = [];
    for (let number = 0; number < EPOCH_NUMBERS_MAX && without.size > 0; number++) {
      const name = epochName(number);
      const link = this.#slots[slotOf(name)];
      if (link !== undefined && without.delete(link)) names.push(name);
    }
    return names;
  }
}

interface SlotRange {
  readonly start: number;
  readonly end: number;
  readonly node: RedisAddress;
}

/**
 * @param reply of CLUSTER SLOTS: ranges of first slot, last slot, master as host and port and more, replicas
 * @param ownHost what a node that does not know its own host is called
 */
function parseSlots(reply: unknown, ownHost: string): readonly SlotRange[] {
  if (!Array.isArray(reply)) return [];
  return reply.flatMap((range: unknown) => {
    const [start, end, master] = Array.isArray(range) ? (range as unknown[]) : [];
    if (!isSlot(start) || !isSlot(end) || start > end || !Array.isArray(master)) return [];
    const [host, port] = master as unknown[];
    if (typeof port !== 'number') return [];
    const isNamed = typeof host === 'string' && host !== '' && host !== '?';
    return [{ start, end, node: { host: isNamed ? host : ownHost, port } }];
  });
}

function isSlot(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < SLOTS;
}

/** @param text host:port, where the host may be an IPv6 address without brackets */
function toAddress(text: string | undefined): RedisAddress | undefined {
  const colon = text?.lastIndexOf(':') ?? -1;
  if (text === undefined || colon < 1) return undefined;
  const port = Number(text.slice(colon + 1));
  return Number.isInteger(port) && port > 0 && port < 65_536
    ? { host: text.slice(0, colon), port }
    : undefined;
}
