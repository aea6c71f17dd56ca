import { Redis, type RedisOptions } from 'ioredis';
import { replyWord, RedisStoreError } from './store-error.js';

export interface LinkOptions {
  readonly tls: boolean;
  /** PEM of the authorities that the server's certificate may come from; undefined = those that Node knows. */
  readonly certificateAuthority: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
}

/** What is told about the connections, once each time that it changes, in words that name no visitor and no password. */
export interface RedisReports {
  problem(message: string): void;
  recovered(message: string): void;
}

/** A command as Redis takes it: the verb and its arguments. */
export type RedisCommand = readonly [string, ...(string | Buffer)[]];
/** What one command of a pipeline came to. */
export type RedisReply = readonly [error: Error | null, reply: unknown];

const CONNECT_TIMEOUT_MS = 1_000;
const RECONNECT_FIRST_MS = 50;
const RECONNECT_MAX_MS = 500;
const DISCONNECT_TIMEOUT_MS = 100;
const PROBE_AGAIN_MS = 100;
const WATCH_MS = 200;
/** With as many looks as make one second. */
const LOOKS_WITHOUT_REPLY_MAX = 5;
/**
 * A name may move to the new master a while after the old one became a replica. Shorter and a replica that stays one
 * would cost lookups all the time, longer and erasures would still fail two seconds after the move.
 */
const REBUILD_PAUSE_MS = 1_000;
/** Replies of a server that is there and yet cannot be asked. */
const NOT_SERVING = new Map([
  ['LOADING', 'is still loading its data'],
  ['MASTERDOWN', 'is a replica that has lost its master'],
  ['NOAUTH', 'wants a password'],
]);

/**
 * One connection to one server, which is rebuilt for ever and never queues: what cannot be sent now fails now, and what
 * was on its way when the connection broke fails then. Nothing is sent twice.
 *
 * A connection is up when it has answered a PING. One that owes replies and has given none for a second is torn down:
 * the other side hangs, or is gone without a word. This is counted in looks of 200 ms and not by the clock, so that a
 * stalled process of our own, which reads its replies late, is not taken for a silent server; and in replies and not in
 * bytes, so that a broken reply which never ends does not count as a sign of life.
 */
export class RedisLink {
  readonly host: string;
  readonly address: string;
  readonly #redis: Redis;
  readonly #reports: RedisReports;
  readonly #onUp: (link: RedisLink) => void;
  readonly #watch: NodeJS.Timeout;
  #problem: string | undefined = 'connecting';
  #reported = false;
  #closed = false;
  #pending = 0;
  #hasReplied = false;
  #looksWithoutReply = 0;
  #rebuiltMs = -REBUILD_PAUSE_MS;
  /** Attempts to connect since it was up. */
  #attempts = 0;

  /** @param onUp told each time that the connection has come up */
  constructor(
    node: { readonly host: string; readonly port: number },
    options: LinkOptions,
    reports: RedisReports,
    onUp: (link: RedisLink) => void,
  ) {
    this.host = node.host;
    this.address = `${node.host}:${node.port}`;
    this.#reports = reports;
    this.#onUp = onUp;
    this.#redis = new Redis({ ...redisOptions(node, options), retryStrategy: () => this.#nextDelayMs() });
    this.#redis.on('connect', () => (this.#hasReplied = true));
    this.#redis.on('ready', () => void this.#probe());
    this.#redis.on('error', (error: Error) => this.#fail(describe(error)));
    this.#redis.on('close', () => {
      if (this.isUp) this.#fail('has closed the connection');
    });
    this.#watch = setInterval(() => this.#look(), WATCH_MS);
    this.#watch.unref();
  }

  /** Why it cannot be asked; undefined when it can. */
  get problem(): string | undefined {
    return this.#problem;
  }

  get isUp(): boolean {
    return this.#problem === undefined;
  }

  /** @returns one value a name, null where there is none. @throws what `toStoreError` understands */
  mget(names: string[]): Promise<(Buffer | null)[]> {
    return this.#watched(async () => {
      const values = await this.#redis.mgetBuffer(names);
      if (!Array.isArray(values) || values.length !== names.length) throw this.#distrust();
      return values;
    });
  }

  /** @param binary values of replies are bytes instead of text. @returns one reply a command */
  pipeline(commands: readonly RedisCommand[], binary = false): Promise<readonly RedisReply[]> {
    return this.#watched(async () => {
      const pipeline = this.#redis.pipeline();
      for (const command of commands) {
        if (binary) pipeline.callBuffer(...(command as [string, ...string[]]));
        else pipeline.call(...(command as [string, ...string[]]));
      }
      const replies = await pipeline.exec();
      if (replies?.length !== commands.length) throw this.#distrust();
      if (replies.some(([error]) => replyWord(error) === 'READONLY')) this.#rebuild();
      return replies;
    });
  }

  /** Turns the connection into one that only listens. @param onMessage called with each message of the channel */
  async listen(channel: string, onMessage: (message: Buffer) => void): Promise<void> {
    this.#redis.removeAllListeners('messageBuffer');
    this.#redis.on('messageBuffer', (_channel: Buffer, message: Buffer) => onMessage(message));
    await this.#watched(() => this.#redis.subscribe(channel));
  }

  /** Asks for a sign of life, which the watch then waits for. */
  async ping(): Promise<void> {
    try {
      const reply: unknown = await this.#watched(() => this.#redis.ping());
      if (!isPong(reply)) this.#distrust();
    } catch {
      // The connection reports its own end, and an error is an answer too.
    }
  }

  close(): void {
    this.#closed = true;
    this.#problem = 'closed';
    clearInterval(this.#watch);
    this.#redis.disconnect();
  }

  async #watched<T>(send: () => Promise<T>): Promise<T> {
    this.#pending++;
    try {
      return await send();
    } finally {
      this.#pending--;
      this.#hasReplied = true;
    }
  }

  #look(): void {
    const isOwed = this.#pending > 0 || this.#redis.status === 'connect';
    this.#looksWithoutReply = isOwed && !this.#hasReplied ? this.#looksWithoutReply + 1 : 0;
    this.#hasReplied = false;
    if (this.#looksWithoutReply < LOOKS_WITHOUT_REPLY_MAX) return;
    this.#looksWithoutReply = 0;
    this.#fail('has not replied for a second');
    this.#redis.disconnect(true);
  }

  /** LOADING and the like are answers, and no reason to reconnect; any other answer shows that it serves. */
  async #probe(): Promise<void> {
    try {
      const reply: unknown = await this.#watched(() => this.#redis.ping());
      if (!isPong(reply)) {
        this.#distrust();
        return;
      }
    } catch (error) {
      const reply = replyWord(error);
      if (reply === undefined) return;
      const words = NOT_SERVING.get(reply);
      if (words !== undefined) {
        this.#fail(words);
        setTimeout(() => {
          if (this.#redis.status === 'ready') void this.#probe();
        }, PROBE_AGAIN_MS).unref();
        return;
      }
    }
    if (this.#closed) return;
    this.#problem = undefined;
    this.#attempts = 0;
    if (this.#reported) this.#reports.recovered(`Redis at ${this.address} answers`);
    this.#reported = false;
    this.#onUp(this);
  }

  #nextDelayMs(): number {
    const delayMs = Math.min(RECONNECT_FIRST_MS * 2 ** this.#attempts, RECONNECT_MAX_MS);
    if (delayMs < RECONNECT_MAX_MS) this.#attempts++;
    return delayMs;
  }

  /** Only what begins a trouble is reported: what follows from it says less. */
  #fail(words: string): void {
    if (this.#closed) return;
    this.#problem = words;
    if (this.#reported) return;
    this.#reported = true;
    this.#reports.problem(`Redis at ${this.address} ${words}`);
  }

  /** The replies do not belong to the commands any more. */
  #distrust(): RedisStoreError {
    this.#fail('has sent a reply that does not belong to the command');
    this.#redis.disconnect(true);
    return new RedisStoreError('connection-lost');
  }

  /** Behind the same name there may be a new master by now. */
  #rebuild(): void {
    const nowMs = performance.now();
    if (nowMs - this.#rebuiltMs < REBUILD_PAUSE_MS) return;
    this.#rebuiltMs = nowMs;
    this.#fail('is a replica that takes no writes');
    this.#redis.disconnect(true);
  }
}

function redisOptions(node: { host: string; port: number }, options: LinkOptions) {
  const { certificateAuthority: ca, username, password, database } = options;
  return {
    ...node,
    ...(options.tls && { tls: ca === undefined ? {} : { ca } }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    db: database,
    // Version 2 of the protocol: every server speaks it, and nothing here needs more.
    protocol: 2,
    connectionName: 'narrowcast',
    disableClientInfo: true,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
  } satisfies RedisOptions;
}

/** A connection that listens gets it as a message. */
function isPong(reply: unknown): boolean {
  const word: unknown = Array.isArray(reply) ? reply[0] : reply;
  return String(word).toUpperCase() === 'PONG';
}

const CONNECTION_WORDS = new Map([
  ['ECONNREFUSED', 'refuses the connection'],
  ['ETIMEDOUT', 'does not take the connection within a second'],
  ['ECONNRESET', 'has broken the connection'],
  ['EPIPE', 'has broken the connection'],
  ['ENOTFOUND', 'is not known to the name service'],
  ['EAI_AGAIN', 'cannot be found, since the name service does not answer'],
  ['EHOSTUNREACH', 'cannot be reached'],
  ['ENETUNREACH', 'cannot be reached'],
]);
const REPLY_WORDS = new Map([
  ...NOT_SERVING,
  ['WRONGPASS', 'refuses the user or password'],
  ['NOPERM', 'does not let this user do what is needed'],
  ['ERR', 'has refused what opens a connection: user, password or database'],
]);

/** Never the text of an error, which may hold keys or what a stranger sends. */
function describe(error: Error): string {
  const reply = replyWord(error);
  if (reply !== undefined) return REPLY_WORDS.get(reply) ?? `has answered ${reply}`;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code?.includes('CERT') === true || code?.startsWith('UNABLE_TO_') === true) {
    return `has a certificate that is not trusted (${code})`;
  }
  if (code !== undefined) return CONNECTION_WORDS.get(code) ?? `cannot be used (${code})`;
  if (error.name === 'ParserError') return 'does not speak the Redis protocol';
  return 'has broken the connection';
}
