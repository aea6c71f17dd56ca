import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisCommand } from './link.js';
import { RedisStoreError } from './store-error.js';
import type { WriteBatch } from './write-batch.js';

/** A script that runs in Redis: all of it, with nothing in between. */
export interface LuaScript {
  readonly text: string;
  /** Under which Redis remembers it: SHA-1, hexadecimal. */
  readonly digest: string;
}

const TIME_LIMIT_MS = 1_000;
const MOVING_PAUSE_MS = 50;

export function luaScript(text: string): LuaScript {
  return { text, digest: createHash('sha1').update(text).digest('hex') };
}

/**
 * Runs scripts, those of one turn of the event loop as one pipeline a node. Redis is given the digest; where it does not know it (first
 * use, restart, another master, SCRIPT FLUSH) it gets the text, and knows it from then on. What was asked after that one may then be done
 * before it.
 *
 * While a slot is on its way to another node, a script whose keys are partly not there is refused by both (TRYAGAIN), and it does not help that
 * the missing ones were never made. That is over in moments, so it is asked again for as long as the caller has: a second.
 */
export class ScriptRunner {
  readonly #writes: WriteBatch;
  /** By script and first key, whose text goes out in this turn: whatever else goes to the same node follows it there. */
  readonly #textsSent = new Set<string>();

  constructor(writes: WriteBatch) {
    this.#writes = writes;
  }

  /**
   * @param keys all in one slot; at least one
   * @returns the reply
   * @throws RedisStoreError within a second
   */
  run(script: LuaScript, keys: readonly [string, ...string[]], args: readonly string[]): Promise<unknown> {
    const sent: Sent = { isOver: false };
    return new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => {
        sent.isOver = true;
        reject(new RedisStoreError('late'));
      }, TIME_LIMIT_MS);
      this.#send(script, keys, args, sent)
        .then(resolve, reject)
        .finally(() => clearTimeout(timer));
    });
  }

  async #send(
    { text, digest }: LuaScript,
    keys: readonly [string, ...string[]],
    args: readonly string[],
    sent: Sent,
  ): Promise<unknown> {
    const rest = [String(keys.length), ...keys, ...args];
    const byDigest: RedisCommand = ['EVALSHA', digest, ...rest];
    let command = byDigest;
    for (;;) {
      try {
        return await this.#writes.run(keys[0], command);
      } catch (error) {
        const reply = error instanceof RedisStoreError ? error.reply : undefined;
        if (sent.isOver || (reply !== 'NOSCRIPT' && reply !== 'TRYAGAIN')) throw error;
        if (reply === 'NOSCRIPT')
          command = this.#bringsText(`${digest} ${keys[0]}`) ? ['EVAL', text, ...rest] : byDigest;
        else await sleep(MOVING_PAUSE_MS);
      }
    }
  }

  /** Thousands that learn at once that a script is gone would else bring as many copies of it. */
  #bringsText(scriptAndKey: string): boolean {
    if (this.#textsSent.has(scriptAndKey)) return false;
    if (this.#textsSent.size === 0) setImmediate(() => this.#textsSent.clear());
    this.#textsSent.add(scriptAndKey);
    return true;
  }
}

interface Sent {
  /** Nobody waits for it any more. */
  isOver: boolean;
}
