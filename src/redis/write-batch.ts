import type { RemoteStoreMetrics } from '../domain/ports.js';
import { packChanges } from './change-message.js';
import { CHANGES_CHANNEL } from './keys.js';
import type { RedisCommand, RedisLink, RedisReply, RedisReports } from './link.js';
import { BATCH_KEYS_MAX, groupByLink } from './read-batch.js';
import type { RedisServers } from './servers.js';
import { RedisStoreError, toStoreError } from './store-error.js';

const OUTSTANDING_MAX = 20_000;

type WriteMetrics = Pick<RemoteStoreMetrics, 'storeTrouble'>;

interface Write {
  /** Name of the key that the command is about, which says where it goes. */
  readonly name: string;
  readonly command: RedisCommand;
  /** Names of what changes by it, for the announcement. */
  readonly changes: readonly string[];
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: RedisStoreError) => void;
}

/**
 * Collects the writes of one iteration of the event loop and sends each node its own as one pipeline. What changed is
 * published behind the writes in the same pipeline, so that whoever hears of a change reads what was written.
 */
export class WriteBatch {
  readonly #servers: RedisServers;
  readonly #metrics: WriteMetrics;
  readonly #reports: RedisReports;
  #isHeard = true;
  #writes: Write[] = [];
  #outstanding = 0;

  constructor(servers: RedisServers, metrics: WriteMetrics, reports: RedisReports) {
    this.#servers = servers;
    this.#metrics = metrics;
    this.#reports = reports;
  }

  /**
   * @param name of the key that the command is about
   * @param changes names to announce; none when the change is no news
   * @returns the reply, once the server has given it
   * @throws RedisStoreError when it was not sent, not answered, or refused
   */
  run(name: string, command: RedisCommand, changes: readonly string[] = []): Promise<unknown> {
    if (this.#outstanding >= OUTSTANDING_MAX) {
      this.#metrics.storeTrouble('refused');
      return Promise.reject(new RedisStoreError('overloaded'));
    }
    this.#outstanding++;
    return new Promise<unknown>((resolve, reject) => {
      if (this.#writes.length === 0) setImmediate(() => this.#flush());
      this.#writes.push({ name, command, changes, resolve, reject });
    });
  }

  #flush(): void {
    const writes = this.#writes;
    this.#writes = [];
    for (const [link, ofLink] of groupByLink(this.#servers, writes)) {
      for (let start = 0; start < ofLink.length; start += BATCH_KEYS_MAX) {
        const part = ofLink.slice(start, start + BATCH_KEYS_MAX);
        if (link === undefined) this.#failAll(part, new RedisStoreError('not-connected'));
        else void this.#send(link, part, false, true);
      }
    }
  }

  async #send(
    link: RedisLink,
    writes: readonly Write[],
    asking: boolean,
    mayRedirect: boolean,
  ): Promise<void> {
    const commands = writes.flatMap(({ command }): RedisCommand[] =>
      asking ? [['ASKING'], command] : [command],
    );
    const message = packChanges(writes.flatMap(({ changes }) => changes));
    if (message !== undefined) commands.push(['PUBLISH', CHANGES_CHANNEL, message]);
    let replies: readonly RedisReply[];
    try {
      replies = await link.pipeline(commands);
    } catch (error) {
      this.#failAll(writes, toStoreError(error));
      return;
    }
    if (message !== undefined) this.#reportPublished(replies.at(-1)?.[0] ?? null);
    for (const [i, write] of writes.entries()) {
      this.#settle(write, replies[asking ? 2 * i + 1 : i] ?? [null, null], mayRedirect);
    }
  }

  #settle(write: Write, [error, reply]: RedisReply, mayRedirect: boolean): void {
    if (error === null) {
      this.#outstanding--;
      write.resolve(reply);
      return;
    }
    const redirect = mayRedirect ? this.#servers.redirect(error) : undefined;
    if (redirect?.link === undefined) this.#failAll([write], toStoreError(error));
    else void this.#send(redirect.link, [write], redirect.asking, false);
  }

  #reportPublished(error: Error | null): void {
    const isHeard = error === null;
    if (isHeard === this.#isHeard) return;
    this.#isHeard = isHeard;
    if (isHeard) this.#reports.recovered(`Redis takes what is published on ${CHANGES_CHANNEL}`);
    else this.#reports.problem(`Redis does not let this user publish on ${CHANGES_CHANNEL}`);
  }

  #failAll(writes: readonly Write[], error: RedisStoreError): void {
    this.#outstanding -= writes.length;
    for (const write of writes) write.reject(error);
  }
}
