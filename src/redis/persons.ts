import type { ProfileKey } from '../domain/profile.js';
import {
  changeNameOfLink,
  frequencyNameOfLink,
  profileNameOfLink,
  type KeyNames,
  type KeyRing,
} from './keys.js';
import type { ReadBatch } from './read-batch.js';
import { RedisStoreError } from './store-error.js';
import type { WriteBatch } from './write-batch.js';

/** A cookie to which more user ids lead is no person, and whoever makes them up must not fill the store. */
const LINKS_MAX = 64;
/** The set of a cookie's links outlives every one of them, whatever their time to live is or was. */
const LINKS_TTL_MS = 731 * 24 * 60 * 60 * 1000;
/** Longer than a call with the old cookie can be on its way. */
const ERASED_TTL_MS = 60_000;

/**
 * Writes links between exchanges' user ids and cookies, and erases persons with all of their links. A link is found from
 * its user id; from its cookie by a set that names the links which were made to it.
 */
export class Persons {
  readonly #ring: KeyRing;
  readonly #reads: ReadBatch;
  readonly #writes: WriteBatch;
  readonly #linkTtlMs: number;

  constructor(ring: KeyRing, reads: ReadBatch, writes: WriteBatch, linkTtlMs: number) {
    this.#ring = ring;
    this.#reads = reads;
    this.#writes = writes;
    this.#linkTtlMs = linkTtlMs;
  }

  /**
   * An erasure may run at the same time, here or elsewhere. It leaves a mark before it looks for links, and this looks for
   * the mark after it has made one: so one of the two sees the other.
   */
  async link(exchange: string, userId: string, cookie: string): Promise<void> {
    const user = this.#ring.namesOf({ kind: 'user', exchange, id: userId });
    const person = this.#ring.namesOf({ kind: 'cookie', id: cookie });
    const [link, ...older] = user.link;
    const [set] = person.linksTo;
    if (link === undefined || set === undefined) return;
    await this.#enlist(link, set);
    const ttl = String(this.#linkTtlMs);
    await this.#writes.run(link, ['SET', link, this.#ring.sealCookie(cookie), 'PX', ttl], user.changes);
    await Promise.all(older.map((each) => this.#writes.run(each, ['DEL', each])));
    const marks = await this.#reads.ask(person.erased);
    if (marks.every((mark) => mark === undefined)) return;
    await this.#delete([link], user.changes);
    await this.#writes.run(set, ['SREM', set, link]);
  }

  /**
   * Makes ready for moving a link to the name of a newer secret.
   *
   * @param link the new name
   * @returns the new value
   */
  async reseal(link: string, value: Buffer): Promise<Buffer> {
    const cookie = this.#ring.openCookie(value);
    if (cookie === undefined) return value;
    const [set] = this.#ring.namesOf({ kind: 'cookie', id: cookie }).linksTo;
    if (set !== undefined) await this.#enlist(link, set);
    return this.#ring.sealCookie(cookie);
  }

  /** Comes before the link itself: a link that is in no set could not be erased. @throws when there are too many */
  async #enlist(link: string, set: string): Promise<void> {
    const [added, , count] = await this.#inSet(set, () =>
      Promise.all([
        this.#writes.run(set, ['SADD', set, link]),
        this.#writes.run(set, ['PEXPIRE', set, String(LINKS_TTL_MS)]),
        this.#writes.run(set, ['SCARD', set]),
      ]),
    );
    if (added !== 1 || typeof count !== 'number' || count <= LINKS_MAX) return;
    await this.#writes.run(set, ['SREM', set, link]);
    throw new RedisStoreError('refused', 'LINKS');
  }

  /** What is no set where one belongs is nobody's, and would keep a visitor from being erased for ever. */
  async #inSet<T>(set: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RedisStoreError) || error.reply !== 'WRONGTYPE') throw error;
      await this.#writes.run(set, ['DEL', set]);
      return work();
    }
  }

  /** @returns how many records there were */
  async erase(key: ProfileKey, what: 'everything' | 'own'): Promise<number> {
    const names = this.#ring.namesOf(key);
    const cookies = await this.#linkedCookies(names);
    if (key.kind === 'cookie') cookies.add(key.id);
    const counts = await Promise.all([...cookies].map((cookie) => this.#eraseCookie(cookie, what)));
    const own = await this.#delete([...names.profile, ...names.frequency, ...names.link], names.changes);
    return counts.reduce((sum, count) => sum + count, own);
  }

  async #linkedCookies({ link }: KeyNames): Promise<Set<string>> {
    const values = await this.#reads.ask(link);
    const cookies = values.map((value) => value && this.#ring.openCookie(value));
    return new Set(cookies.filter((cookie) => cookie !== undefined));
  }

  async #eraseCookie(cookie: string, what: 'everything' | 'own'): Promise<number> {
    const names = this.#ring.namesOf({ kind: 'cookie', id: cookie });
    await Promise.all(names.erased.map((mark) => this.#mark(mark)));
    const links = await this.#linksTo(names, cookie);
    const withRecords = (link: string) => [link, profileNameOfLink(link), frequencyNameOfLink(link)];
    const ofLinks = what === 'own' ? links : links.flatMap(withRecords);
    const changes = [...names.changes, ...links.map(changeNameOfLink)];
    const count = await this.#delete([...ofLinks, ...names.profile, ...names.frequency], changes);
    await this.#delete(names.linksTo, []);
    return count;
  }

  /** @returns where the frequency logs of a cookie stand, and of the user ids that lead to it */
  async frequencyNames(cookie: string): Promise<readonly string[]> {
    const names = this.#ring.namesOf({ kind: 'cookie', id: cookie });
    const links = await this.#linksTo(names, cookie);
    return [...names.frequency, ...links.map(frequencyNameOfLink)];
  }

  /** A server without memory for a mark still has to erase. */
  async #mark(name: string): Promise<void> {
    try {
      await this.#writes.run(name, ['SET', name, '1', 'PX', String(ERASED_TTL_MS)]);
    } catch (error) {
      if (!(error instanceof RedisStoreError) || error.reply !== 'OOM') throw error;
    }
  }

  /** Of the links in the sets, those that still lead to this cookie; a user id may have got another one since. */
  async #linksTo({ linksTo }: KeyNames, cookie: string): Promise<readonly string[]> {
    const sets = await Promise.all(
      linksTo.map((set) => this.#inSet(set, () => this.#writes.run(set, ['SMEMBERS', set]))),
    );
    const links = [...new Set(sets.flat().filter((member) => typeof member === 'string'))];
    const values = await this.#reads.ask(links);
    return links.filter((_, i) => {
      const value = values[i];
      return value !== undefined && this.#ring.openCookie(value) === cookie;
    });
  }

  /**
   * Each deletion announces all changes: in a Cluster nobody knows which one comes last.
   *
   * @returns how many there were
   */
  async #delete(names: readonly string[], changes: readonly string[]): Promise<number> {
    const replies = await Promise.all(names.map((name) => this.#writes.run(name, ['DEL', name], changes)));
    return replies.reduce<number>((sum, reply) => sum + Number(reply), 0);
  }
}
