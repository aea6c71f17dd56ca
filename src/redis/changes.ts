import type { ProfileChange } from '../domain/ports.js';
import { unpackChanges } from './change-message.js';
import { CHANGES_CHANNEL } from './keys.js';
import { RedisLink, type LinkOptions, type RedisReports } from './link.js';
import type { RedisServers } from './servers.js';

const BEAT_MS = 250;
const BEATS_A_SECOND = 4;

/**
 * Listens to what every process announces, on a connection of its own: a node of a Cluster passes messages on to all.
 *
 * Whenever listening begins, everything may have changed before. A listener sends nothing by itself and would never
 * notice that the other side is gone, so it asks for a sign of life four times a second. When its node is no longer
 * there, it goes to another one. While Redis can be asked and yet does not let anybody listen, everything may have changed
 * each second.
 */
export class ChangeListener {
  readonly #servers: RedisServers;
  readonly #options: LinkOptions;
  readonly #reports: RedisReports;
  readonly #announce: (change: ProfileChange) => void;
  readonly #timer: NodeJS.Timeout;
  #link: RedisLink | undefined;
  #listening = false;
  #reported = false;
  #beats = 0;
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
    this.#listening = false;
    // The connection that asks has the same troubles and reports them.
    const silent: RedisReports = { problem: () => {}, recovered: () => {} };
    this.#link = new RedisLink(address, this.#options, silent, (link) => void this.#listen(link));
  }

  async #listen(link: RedisLink): Promise<void> {
    try {
      await link.listen(CHANGES_CHANNEL, (message) => this.#announce(unpackChanges(message)));
    } catch {
      if (link.isUp && !this.#reported) {
        this.#reported = true;
        this.#reports.problem(`Redis does not let this user listen to ${CHANGES_CHANNEL}`);
      }
      return;
    }
    if (this.#reported) this.#reports.recovered(`Redis lets this user listen to ${CHANGES_CHANNEL}`);
    this.#reported = false;
    this.#listening = true;
    this.#announce('everything');
  }

  #beat(): void {
    const link = this.#link;
    if (link?.isUp !== true) this.#listening = false;
    if (link?.isUp === true && this.#listening) {
      void link.ping();
      return;
    }
    if (++this.#beats % BEATS_A_SECOND !== 0) return;
    if (this.#servers.anyLink() !== undefined) this.#announce('everything');
    if (link?.isUp === true) void this.#listen(link);
    else if (!this.#servers.oneServer) this.#connect();
  }
}
