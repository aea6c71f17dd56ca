import type { Impression } from '../domain/bid-request.js';
import type { Exchange } from '../domain/catalog.js';
import { jsonText } from '../exchange/json-text.js';
import type { ServedCreative, ServedLineItem } from './snapshot.js';

/**
 * Knows how long a response becomes that bids with one creative and nothing else, so that a creative that an exchange
 * could never take is turned away before it beats one that fits. The length is measured once for each creative and
 * exchange, with the ids of request, impression and deal left empty; these are added by the request.
 */
export class ResponseSizes {
  readonly #measure: (candidate: ServedCreative, item: ServedLineItem, exchange: Exchange) => number;
  /** By exchange first: most requests in a row come from one. */
  readonly #bytes = new WeakMap<Exchange, WeakMap<ServedCreative, number>>();
  #exchange: Exchange | undefined;
  #ofExchange = new WeakMap<ServedCreative, number>();

  /** @param measure the most bytes that a response with this creative alone can have, without those ids */
  constructor(measure: (candidate: ServedCreative, item: ServedLineItem, exchange: Exchange) => number) {
    this.#measure = measure;
  }

  fits(
    candidate: ServedCreative,
    item: ServedLineItem,
    impression: Impression,
    requestId: string,
    exchange: Exchange,
  ): boolean {
    const roomBytes = exchange.responseBytesMax - this.#bytesOf(candidate, item, exchange);
    const characters = requestId.length + impression.id.length + longestDealId(impression);
    if (characters * ESCAPED_BYTES_MAX <= roomBytes) return true;
    return (
      jsonBytes(requestId) + jsonBytes(impression.id) + longestDealId(impression) * ESCAPED_BYTES_MAX <=
      roomBytes
    );
  }

  #bytesOf(candidate: ServedCreative, item: ServedLineItem, exchange: Exchange): number {
    if (exchange !== this.#exchange) this.#turnTo(exchange);
    let bytes = this.#ofExchange.get(candidate);
    if (bytes === undefined)
      this.#ofExchange.set(candidate, (bytes = this.#measure(candidate, item, exchange)));
    return bytes;
  }

  #turnTo(exchange: Exchange): void {
    const known = this.#bytes.get(exchange) ?? new WeakMap<ServedCreative, number>();
    this.#bytes.set(exchange, known);
    this.#exchange = exchange;
    this.#ofExchange = known;
  }
}

/** `\u001f`, the longest that one character of an id can become. */
const ESCAPED_BYTES_MAX = 6;

function jsonBytes(id: string): number {
  return Buffer.byteLength(jsonText(id)) - 2;
}

function longestDealId(impression: Impression): number {
  let characters = 0;
  for (const { id } of impression.deals) characters = Math.max(characters, id.length);
  return characters;
}
