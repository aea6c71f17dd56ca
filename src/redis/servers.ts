import { epochName } from './keys.js';
import { RedisLink, type LinkOptions, type RedisReports } from './link.js';
import type { RedisAddress } from './redis-url.js';

/** One Redis, or the nodes of a Cluster: who is asked about which name. */
export interface RedisServers {
  /** May one command ask for names of any slot? */
  readonly oneServer: boolean;
  /** @returns the connection to ask about a name, undefined when nobody can be asked about it now */
  linkOf(name: string): RedisLink | undefined;
  /** A connection that is up, for what any node can do. */
  anyLink(): RedisLink | undefined;
  /** @returns where else to ask after an error, undefined when the error is an answer */
  redirect(error: Error): Redirect | undefined;
  /** One name on each node, by which it is noticed that the node's data were thrown away. */
  epochNames(): readonly string[];
  /** Where a connection of one's own can be made. */
  addresses(): readonly RedisAddress[];
  /** Why nobody can be asked at all; undefined when somebody can. */
  problem(): string | undefined;
  close(): void;
}

export interface Redirect {
  readonly link: RedisLink | undefined;
  /** The slot is moving: the node answers only a question that follows ASKING. */
  readonly asking: boolean;
}

export class SingleServer implements RedisServers {
  readonly oneServer = true;
  readonly #link: RedisLink;
  readonly #address: RedisAddress;

  /** @param onConnected told each time that the connection has come up */
  constructor(address: RedisAddress, options: LinkOptions, reports: RedisReports, onConnected = () => {}) {
    this.#address = address;
    this.#link = new RedisLink(address, options, reports, onConnected);
  }

  linkOf(_name: string): RedisLink | undefined {
    return this.anyLink();
  }

  anyLink(): RedisLink | undefined {
    return this.#link.isUp ? this.#link : undefined;
  }

  redirect(_error: Error): undefined {
    return undefined;
  }

  epochNames(): readonly string[] {
    return [epochName(0)];
  }

  addresses(): readonly RedisAddress[] {
    return [this.#address];
  }

  problem(): string | undefined {
    return this.#link.problem;
  }

  close(): void {
    this.#link.close();
  }
}
