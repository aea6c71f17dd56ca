import type { RemoteStoreMetrics } from '../domain/ports.js';
import type { RedisCommand, RedisLink } from './link.js';
import type { RedisServers } from './servers.js';
import { replyWord, RedisStoreError, toStoreError } from './store-error.js';

const OUTSTANDING_MAX = 20_000;
/** More names than this go out as several commands, so that one command never holds the server for long. */
export const BATCH_KEYS_MAX = 512;

/** One name of a batch and the questions that wait for it. */
interface Entry {
  readonly name: string;
  readonly waiting: { readonly question: Question; readonly index: number }[];
}

interface Question {
  readonly values: (Buffer | undefined)[];
  missing: number;
  readonly resolve: (values: readonly (Buffer | undefined)[]) => void;
  readonly reject: (error: RedisStoreError) => void;
}

/**
 * Collects the names that are asked for within one iteration of the event loop, each once, and asks each node once about
 * all of its own: one server by MGET, nodes of a Cluster by a pipeline of GETs, since MGET takes there only names of one
 * slot. A question is answered as soon as its own names are, so that a node which hangs costs the others nothing.
 */
export class ReadBatch {
  readonly #servers: RedisServers;
  readonly #metrics: RemoteStoreMetrics;
  #entries = new Map<string, Entry>();
  #outstanding = 0;

  constructor(servers: RedisServers, metrics: RemoteStoreMetrics) {
    this.#servers = servers;
    this.#metrics = metrics;
  }

  /**
   * @returns one value a name, in order; undefined where there is none, or one of another type than text
   * @throws RedisStoreError as soon as one of the names cannot be asked for
   */
  ask(names: readonly string[]): Promise<readonly (Buffer | undefined)[]> {
    if (names.length === 0) return Promise.resolve([]);
    if (this.#outstanding + names.length > OUTSTANDING_MAX) {
      this.#metrics.storeTrouble('refused');
      return Promise.reject(new RedisStoreError('overloaded'));
    }
    return new Promise((resolve, reject) => {
      const values = Array.from<Buffer | undefined>({ length: names.length });
      const question: Question = { values, missing: names.length, resolve, reject };
      for (const [index, name] of names.entries()) this.#add(name, { question, index });
    });
  }

  #add(name: string, waiting: Entry['waiting'][number]): void {
    this.#outstanding++;
    const entry = this.#entries.get(name);
    if (entry !== undefined) {
      entry.waiting.push(waiting);
      return;
    }
    if (this.#entries.size === 0) setImmediate(() => this.#flush());
    this.#entries.set(name, { name, waiting: [waiting] });
  }

  #flush(): void {
    const entries = this.#entries;
    this.#entries = new Map();
    for (const [link, ofLink] of groupByLink(this.#servers, entries.values())) {
      for (let start = 0; start < ofLink.length; start += BATCH_KEYS_MAX) {
        const part = ofLink.slice(start, start + BATCH_KEYS_MAX);
        if (link === undefined) this.#failAll(part, new RedisStoreError('not-connected'));
        else void this.#send(link, part);
      }
    }
  }

  async #send(link: RedisLink, entries: readonly Entry[]): Promise<void> {
    this.#metrics.batchSent(entries.length);
    try {
      if (this.#servers.oneServer) await this.#sendToServer(link, entries);
      else await this.#sendToNode(link, entries, false, true);
    } catch (error) {
      this.#failAll(entries, toStoreError(error));
    }
  }

  async #sendToServer(link: RedisLink, entries: readonly Entry[]): Promise<void> {
    const values = await link.mget(entries.map(({ name }) => name));
    for (const [i, entry] of entries.entries()) this.#answer(entry, values[i] ?? undefined);
  }

  /** @param mayRedirect one redirection is followed: a second one would mean that the nodes disagree */
  async #sendToNode(
    link: RedisLink,
    entries: readonly Entry[],
    asking: boolean,
    mayRedirect: boolean,
  ): Promise<void> {
    const gets = entries.flatMap(({ name }): RedisCommand[] =>
      asking ? [['ASKING'], ['GET', name]] : [['GET', name]],
    );
    const replies = await link.pipeline(gets, true);
    for (const [i, entry] of entries.entries()) {
      const [error, value] = replies[asking ? 2 * i + 1 : i] ?? [null, null];
      if (error === null) this.#answer(entry, Buffer.isBuffer(value) ? value : undefined);
      else this.#answerError(entry, error, mayRedirect);
    }
  }

  #answerError(entry: Entry, error: Error, mayRedirect: boolean): void {
    if (replyWord(error) === 'WRONGTYPE') {
      this.#metrics.storeTrouble('damaged');
      this.#answer(entry, undefined);
      return;
    }
    const redirect = mayRedirect ? this.#servers.redirect(error) : undefined;
    if (redirect?.link === undefined) {
      this.#failAll([entry], toStoreError(error));
      return;
    }
    this.#sendToNode(redirect.link, [entry], redirect.asking, false).catch((later: unknown) => {
      this.#failAll([entry], toStoreError(later));
    });
  }

  #answer(entry: Entry, value: Buffer | undefined): void {
    this.#outstanding -= entry.waiting.length;
    for (const { question, index } of entry.waiting) {
      question.values[index] = value;
      if (--question.missing === 0) question.resolve(question.values);
    }
  }

  #failAll(entries: readonly Entry[], error: RedisStoreError): void {
    for (const { waiting } of entries) {
      this.#outstanding -= waiting.length;
      for (const { question } of waiting) question.reject(error);
    }
  }
}

/** @returns what goes to each connection; under undefined what can go nowhere */
export function groupByLink<T extends { readonly name: string }>(
  servers: RedisServers,
  entries: Iterable<T>,
): ReadonlyMap<RedisLink | undefined, T[]> {
  const groups = new Map<RedisLink | undefined, T[]>();
  for (const entry of entries) {
    const link = servers.linkOf(entry.name);
    const group = groups.get(link);
    if (group === undefined) groups.set(link, [entry]);
    else group.push(entry);
  }
  return groups;
}
