import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import type { EndedBid, PlayedLine } from '../replay/replay-traffic.js';

/** A file with a line for each bid of a replay. */
export interface BidsFile {
  /** Waits while the disk is slow. @throws when the file cannot be written */
  write(line: PlayedLine, bids: readonly EndedBid[]): Promise<void>;
  /** @throws likewise */
  end(): Promise<void>;
}

/** @throws when it is the file that is to be read */
export function openBidsFile(path: string, trafficFile: string): BidsFile {
  if (resolve(path) === resolve(trafficFile))
    throw new Error(`--out ${path} is the traffic file itself, which would be overwritten`);
  const stream = createWriteStream(path);
  let failure: unknown;
  stream.on('error', (error) => {
    failure = error;
  });
  return {
    async write(line, bids) {
      if (failure !== undefined) throw failure;
      for (const bid of bids) stream.write(`${JSON.stringify(outLine(line, bid))}\n`);
      if (stream.writableNeedDrain) await once(stream, 'drain');
    },
    async end() {
      stream.end();
      await finished(stream);
    },
  };
}

function outLine({ line, tMs, exchange, requestId }: PlayedLine, { bid: { winner, facts }, end }: EndedBid) {
  return {
    line,
    t_ms: tMs,
    exchange,
    request: requestId,
    impression: winner.impression.id,
    bid: facts.bidId,
    campaign: facts.campaign,
    lineItem: facts.lineItem,
    creative: facts.creative,
    deal: winner.offer.deal?.id,
    currency: facts.currency,
    floorMicros: winner.offer.price.floorMicros,
    priceMicros: facts.priceMicros,
    end: end.kind,
    paidMicros: end.kind === 'won' ? end.paidMicros : undefined,
  };
}
