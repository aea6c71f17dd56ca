/**
 * Why Redis did not do what it was asked:
 * - `not-connected`: nothing was sent
 * - `connection-lost`: sent, and the connection broke before the answer; a write may have happened
 * - `late`: sent, and not answered within the time that the caller has; a write may have happened
 * - `overloaded`: more was outstanding than is kept; nothing was sent
 * - `refused`: the server answered with an error, named by the first word of it
 */
export type RedisErrorCode = 'not-connected' | 'connection-lost' | 'late' | 'overloaded' | 'refused';

/** Carries neither keys nor values, so it may be logged. */
export class RedisStoreError extends Error {
  override readonly name = 'RedisStoreError';
  readonly code: RedisErrorCode;
  /** First word of the server's error, such as OOM or LOADING. */
  readonly reply: string | undefined;

  constructor(code: RedisErrorCode, reply?: string) {
    super(reply === undefined ? `redis: ${code}` : `redis: ${code} (${reply})`);
    this.code = code;
    this.reply = reply;
  }
}

/** An error reply begins with a word in capitals; whatever else ioredis rejects with is about the connection. */
export function toStoreError(error: unknown): RedisStoreError {
  if (error instanceof RedisStoreError) return error;
  const reply = replyWord(error);
  return reply === undefined ? new RedisStoreError('connection-lost') : new RedisStoreError('refused', reply);
}

/** @returns such as MOVED; undefined when the error is not a reply of the server */
export function replyWord(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return undefined;
  return /^[A-Z]{2,20}/.exec(error.message)?.[0] ?? 'ERR';
}
