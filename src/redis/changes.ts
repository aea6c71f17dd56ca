import type { ProfileChange } from '../domain/ports.js';
import { unpackChanges } from './change-message.js';
import { CHANGES_CHANNEL } from './keys.js';
import { RedisLink, type LinkOptions, type RedisReports } from './link.js';
import type { RedisServers } from './servers.js';

const BEAT_MS = 250;

/**
 * Listens to what every process announces, on a connection of its own: a node of a Cluster passes messages on to all.
 *
 * Whenever listening begins, everything may have changed before. A listener sends nothing by itself and would never
 * notice that the other side is gone, so it asks for a sign of life four times a second. When its node is no longer
 * there, it goes to another one.
 */
export class ChangeListener {
  readonly #servers: RedisServers;
  readonly #options: LinkOptions;
  readonly #reports: RedisReports;
  readonly #announce: (change: ProfileChange) => void;
  readonly #timer: NodeJS.Timeout;
  #link: RedisLink | undefined;
  #beatsDown = 0;
  #turn = 0;

  constructor(
    servers: RedisServers,
    options: LinkOptions,
    reports: RedisReports,
    announce: (change: ProfileChange) => void,
  ) {
    this.#servers = servers;
    this.#options = options;
    this.#reports = reports;
    this.#announce = announce;
    this.#connect();
    this.#timer = setInterval(() => this.#beat(), BEAT_MS);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#link?.close();
  }

  #connect(): void {
    this.#link?.close();
    const addresses = this.#servers.addresses();
    const address = addresses[this.#turn++ % addresses.length];
    if (address === undefined) return;
    // The connection that asks has the same troubles and reports them.
    const silent: RedisReports = { problem: () => {}, recovered: () => {} };
    this.#link = new RedisLink(address, this.#options, silent, (link) => void this.#listen(link));
  }

  async #listen(link: RedisLink): Promise<void> {
    try {
      await link.listen(CHANGES_CHANNEL, (message) => this.#announce(unpackChanges(message)));
    } catch {
      if (link.isUp) this.#reports.problem(`Redis does not let this user listen to ${CHANGES_CHANNEL}`);
      return;
    }
    this.#announce('everything');
  }

  #beat(): void {
    if (this.#link?.isUp === true) {
      this.#beatsDown = 0;
      void this.#link.ping();
    } else if (++this.#beatsDown % 4 === 0 && !this.#servers.oneServer) {
      this.#connect();
    }
  }
}
