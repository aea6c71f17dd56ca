import { frequencyHashes, NOBODY_SEEN, type FrequencyRecord } from '../../src/domain/frequency.js';
import { decodeLog, encodeRecord, RECORD_BYTES } from '../../src/domain/frequency-codec.js';
import type { Cap } from '../../src/frequency/caps.js';
import { cappedBy } from '../../src/frequency/capped.js';
import { SeenImpressions } from '../../src/frequency/seen.js';
import type { BenchTask } from '../task.js';

const NOW_MS = 1_790_000_000_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const LOG_SIZES = [0, 10, 100];
const SEEN = frequencyHashes({ advertiser: 'acme', campaign: 'shoes', lineItem: 'main' });
/** Three caps that are not reached, so that all of them are asked. */
const CAPS: readonly Cap[] = (['lineItem', 'campaign', 'advertiser'] as const).map((level) => ({
  level,
  hash: SEEN[level],
  impressions: 200,
  perMs: DAY_MS,
  of: 'person',
}));

/** What a frequency log costs: read once when it comes from Redis, folded and counted for every request of the person. */
export function frequencyTasks(): BenchTask[] {
  return LOG_SIZES.flatMap((size) => {
    const records = Array.from({ length: size }, (_, i) => recordAt(i));
    const bytes = Buffer.concat(records.flatMap((record) => encodeRecord(record) ?? []));
    const frequency = { ...NOBODY_SEEN, personRecords: records };
    return [
      { name: `read a log of ${size} records`, run: () => decodeLog(bytes).records.length },
      {
        name: `fold ${size} records and ask three caps`,
        run: () => {
          const seen = new SeenImpressions(frequency, NOW_MS);
          return cappedBy(CAPS, seen) === undefined ? seen.count(CAPS[0] as Cap) : -1;
        },
      },
    ];
  });
}

export function frequencyNotes(): string[] {
  return [
    `A record takes ${RECORD_BYTES} bytes in Redis and in the file of a bidder without Redis; an impression is two records, ` +
      'reserved and shown, until the log is made shorter.',
  ];
}

/** A bid is reserved and then shown. */
function recordAt(index: number): FrequencyRecord {
  const atMs = NOW_MS - index * MINUTE_MS;
  const isReserved = index % 2 === 0;
  return {
    kind: isReserved ? 'reserved' : 'shown',
    bidId: `h0lder-_-${(index >> 1).toString(36)}`,
    atMs,
    heldUntilMs: isReserved ? atMs + 2 * MINUTE_MS : 0,
    ...SEEN,
  };
}
