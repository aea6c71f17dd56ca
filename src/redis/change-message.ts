import type { ProfileChange } from '../domain/ports.js';
import { PSEUDONYM_BYTES } from './keys.js';

/**
 * A message of the channel is pseudonyms in bytes, one behind the other.
 *
 * @returns undefined when there is nothing to tell
 */
export function packChanges(names: Iterable<string>): Buffer | undefined {
  const distinct = [...new Set(names)];
  if (distinct.length === 0) return undefined;
  const message = Buffer.alloc(distinct.length * PSEUDONYM_BYTES);
  for (const [i, name] of distinct.entries()) message.write(name, i * PSEUDONYM_BYTES, 'base64url');
  return message;
}

/** A message that is not of our making means everything: it may have been a change. */
export function unpackChanges(message: Buffer): ProfileChange {
  if (message.length === 0 || message.length % PSEUDONYM_BYTES !== 0) return 'everything';
  return Array.from({ length: message.length / PSEUDONYM_BYTES }, (_, i) =>
    message.toString('base64url', i * PSEUDONYM_BYTES, (i + 1) * PSEUDONYM_BYTES),
  );
}
