import { gunzipSync } from 'node:zlib';
import { LatencyHistogram } from './latency.js';
import type { RequestFigures } from './load-result.js';
import { InvalidAnswer, type HttpAnswer } from './response-reader.js';

const STATUS_OK = 200;
const STATUS_NO_CONTENT = 204;
const STATUS_SERVER_ERROR = 500;
const BODY_BYTES_MAX = 8_388_608;
/** Every bid has a price, and in no text within JSON can a name stand between plain quotation marks. */
const PRICE = Buffer.from('"price"');
/** Further kinds of failure are counted together. */
const FAILURE_KINDS_MAX = 32;

type Unmet = 'unsent' | 'unanswered';

/** Counts what becomes of the requests of one stretch of time, each once. */
export class Measurements {
  readonly #latency = new LatencyHistogram();
  readonly #statuses = new Map<number, number>();
  readonly #failures = new Map<string, number>();
  #due = 0;
  #answered = 0;
  #late = 0;
  #unsent = 0;
  #unanswered = 0;
  #failed = 0;
  #serverErrorsInTime = 0;
  #bids = 0;
  #noBids = 0;
  #bytesSent = 0;
  #bytesReceived = 0;

  addDue(): void {
    this.#due += 1;
  }

  addSent(bytes: number): void {
    this.#bytesSent += bytes;
  }

  /**
   * @returns whether it was a good answer, in time
   * @throws InvalidAnswer, before anything is counted, for a body that cannot be read
   */
  addAnswer({ status, body, isGzip }: HttpAnswer, latencyMs: number, timeoutMs: number): boolean {
    const isBid = status === STATUS_OK && hasBid(body, isGzip);
    this.#answered += 1;
    this.#bytesReceived += body.length;
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
    if (isBid) this.#bids += 1;
    else if (status === STATUS_OK || status === STATUS_NO_CONTENT) this.#noBids += 1;
    this.#latency.record(latencyMs);
    if (latencyMs > timeoutMs) this.#late += 1;
    else if (status >= STATUS_SERVER_ERROR) this.#serverErrorsInTime += 1;
    else return true;
    return false;
  }

  /** @param waitedMs since it was due */
  addUnmet(why: Unmet, waitedMs: number): void {
    this.#latency.record(waitedMs);
    if (why === 'unsent') this.#unsent += 1;
    else this.#unanswered += 1;
  }

  addFailure(message: string): void {
    this.#failed += 1;
    const isKnown = this.#failures.has(message) || this.#failures.size < FAILURE_KINDS_MAX;
    const kind = isKnown ? message : 'other failures';
    this.#failures.set(kind, (this.#failures.get(kind) ?? 0) + 1);
  }

  get p99Ms(): number {
    return this.#latency.percentileMs(99);
  }

  figures(): RequestFigures {
    const timeouts = this.#late + this.#unsent + this.#unanswered;
    const bad = timeouts + this.#failed + this.#serverErrorsInTime;
    return {
      due: this.#due,
      answered: this.#answered,
      late: this.#late,
      unsent: this.#unsent,
      unanswered: this.#unanswered,
      failed: this.#failed,
      timeouts,
      statuses: Object.fromEntries([...this.#statuses].sort(([one], [other]) => one - other)),
      bids: this.#bids,
      noBids: this.#noBids,
      failures: Object.fromEntries(this.#failures),
      badShare: this.#due === 0 ? 0 : bad / this.#due,
      bytesSent: this.#bytesSent,
      bytesReceived: this.#bytesReceived,
      latency: this.#latency.figures(),
      distribution: this.#latency.distribution(),
    };
  }
}

function hasBid(body: Buffer, isGzip: boolean): boolean {
  return (isGzip && body.length > 0 ? inflate(body) : body).includes(PRICE);
}

function inflate(body: Buffer): Buffer {
  try {
    return gunzipSync(body, { maxOutputLength: BODY_BYTES_MAX });
  } catch (error) {
    throw new InvalidAnswer('a body that is not gzip', { cause: error });
  }
}
