import type { BidCall, BidHandler } from '../domain/ports.js';
import type { Clock } from '../lib/clock.js';
import { isObject, type Extent } from './person.js';
import { Pseudonyms } from './pseudonyms.js';
import { recordedRequest } from './recorded-request.js';
import { createSampler, type SampledBy, type Sampler } from './sampler.js';

export interface RecordingOptions {
  /** Of the requests or visitors, 0 to 1. */
  readonly share: number;
  readonly by: SampledBy;
  readonly seed: number;
  readonly forMs: number;
  /** Of lines. */
  readonly bytesMax: number;
}

/** Who takes the lines. */
export interface LineReader {
  /** @returns false when the reader is behind and should be left alone until it is ready */
  write(text: string): boolean;
  /** Called when it has caught up. */
  onReady(listener: () => void): void;
  onGone(listener: () => void): void;
  end(): void;
}

/** How a recording is going, or how the last one went. */
export interface RecordingFigures {
  readonly state: 'none-yet' | 'running' | 'ended';
  /** Undefined while it runs. */
  readonly ended: RecordingEnd | undefined;
  /** Requests that came while it ran. */
  readonly seen: number;
  /** Of those, in the sample; each of them is in one of the three below once the recording has ended. */
  readonly sampled: number;
  readonly recorded: number;
  /** Not written, since the reader was too slow or had enough. */
  readonly dropped: number;
  /** No JSON object. */
  readonly unreadable: number;
  readonly bytes: number;
}

type RecordingEnd = 'time' | 'bytes' | 'stopped' | 'reader-gone';

export interface Recorder {
  /** The handler as it is, but for what it is called with being looked at while a recording runs. */
  readonly around: (handleBid: BidHandler) => BidHandler;
  /** @returns false when another recording is running; nothing is written then */
  readonly start: (options: RecordingOptions, reader: LineReader) => boolean;
  /** Ends the recording that runs, if one does; what is waiting is still written. */
  readonly stop: () => void;
  readonly figures: () => RecordingFigures;
}

export interface RecorderParts {
  readonly clock: Clock;
  /** What may be kept of a request: the privacy gate's word. */
  readonly extentOf: (body: Uint8Array) => Extent;
}

/** Copies of bodies that wait for the reader. */
const WAITING_BYTES_MAX = 4_194_304;
/** Lines that are made before others have their turn, each some hundred microseconds of work. */
const LINES_A_TURN = 4;
/** How long the reader may take over what is waiting at the end. */
const LINGER_MS = 5_000;
/** An empty line tells a reader who has nothing to read that somebody is there. */
const SIGN_OF_LIFE_MS = 2_000;

/**
 * Samples what the bid port is called with into lines of a traffic file. While none runs, a request costs one comparison;
 * while one runs, those of the sample cost one copy, and everything else is done later, a few lines at a time. A reader who
 * does not keep up loses lines, which are counted; nothing ever waits for him.
 */
export function createRecorder(parts: RecorderParts): Recorder {
  let running: Recording | undefined;
  let last: Recording | undefined;
  return {
    around: (handleBid) => (call) => {
      running?.offer(call);
      return handleBid(call);
    },
    start(options, reader) {
      if (running) return false;
      const onEnd = (): void => {
        running = undefined;
      };
      running = last = new Recording(options, reader, parts, onEnd);
      return true;
    },
    stop: () => running?.end('stopped'),
    figures: () => last?.figures() ?? NO_FIGURES,
  };
}

const NO_FIGURES: RecordingFigures = {
  state: 'none-yet',
  ended: undefined,
  seen: 0,
  sampled: 0,
  recorded: 0,
  dropped: 0,
  unreadable: 0,
  bytes: 0,
};

interface Waiting {
  readonly tMs: number;
  readonly exchange: string;
  readonly body: Uint8Array;
}

/** One recording, from its start until its last line is out. */
class Recording {
  readonly #options: RecordingOptions;
  readonly #reader: LineReader;
  readonly #parts: RecorderParts;
  readonly #isSampled: Sampler;
  readonly #onEnd: () => void;
  readonly #pseudonyms = new Pseudonyms();
  readonly #startMs: number;
  readonly #timer: NodeJS.Timeout;
  readonly #signs: NodeJS.Timeout;
  #linger: NodeJS.Timeout | undefined;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #hasTurn = false;
  #isReaderBehind = false;
  #ended: RecordingEnd | undefined;
  #isOver = false;
  #seen = 0;
  #sampled = 0;
  #recorded = 0;
  #dropped = 0;
  #unreadable = 0;
  #bytes = 0;

  constructor(options: RecordingOptions, reader: LineReader, parts: RecorderParts, onEnd: () => void) {
    this.#options = options;
    this.#reader = reader;
    this.#parts = parts;
    this.#onEnd = onEnd;
    this.#isSampled = createSampler(options.by, options.share, options.seed);
    this.#startMs = parts.clock.monotonicMs();
    this.#timer = setTimeout(() => this.end('time'), options.forMs);
    this.#signs = setInterval(() => this.#write('\n'), SIGN_OF_LIFE_MS);
    reader.onReady(() => {
      this.#isReaderBehind = false;
      this.#takeTurn();
    });
    reader.onGone(() => {
      this.end('reader-gone');
      this.#close();
    });
    this.#write('\n');
  }

  /** Takes a copy of what belongs to the sample. Never throws. */
  offer(call: BidCall): void {
    if (this.#ended !== undefined) return;
    this.#seen++;
    if (!this.#isSampled(call.body)) return;
    this.#sampled++;
    if (this.#waitingBytes + call.body.byteLength > WAITING_BYTES_MAX) {
      this.#dropped++;
      return;
    }
    this.#waitingBytes += call.body.byteLength;
    const tMs = Math.max(0, Math.round(call.receivedMs - this.#startMs));
    this.#waiting.push({ tMs, exchange: call.exchange, body: Uint8Array.from(call.body) });
    this.#takeTurn();
  }

  figures(): RecordingFigures {
    return {
      state: this.#ended === undefined ? 'running' : 'ended',
      ended: this.#ended,
      seen: this.#seen,
      sampled: this.#sampled,
      recorded: this.#recorded,
      dropped: this.#dropped,
      unreadable: this.#unreadable,
      bytes: this.#bytes,
    };
  }

  #takeTurn(): void {
    if (this.#hasTurn || this.#isReaderBehind || this.#isOver) return;
    this.#hasTurn = true;
    setImmediate(() => {
      this.#hasTurn = false;
      this.#writeSome();
    });
  }

  #writeSome(): void {
    const some = this.#waiting.splice(0, LINES_A_TURN);
    let text = '';
    for (const each of some) {
      this.#waitingBytes -= each.body.byteLength;
      const line = this.#lineOf(each);
      if (line === undefined) {
        this.#unreadable++;
      } else {
        text += line;
        this.#recorded++;
      }
    }
    this.#bytes += Buffer.byteLength(text);
    if (text !== '') this.#write(text);
    if (this.#bytes >= this.#options.bytesMax) {
      this.end('bytes');
      this.#close();
    }
    if (this.#waiting.length > 0) this.#takeTurn();
    else if (this.#ended !== undefined) this.#close();
  }

  #lineOf({ tMs, exchange, body }: Waiting): string | undefined {
    const request = jsonOf(body);
    if (!isObject(request)) return undefined;
    const extent = this.#parts.extentOf(body);
    // Under a key of its own no request can be told to be of the same visitor as another.
    const pseudonyms = extent === 'pseudonymous' ? this.#pseudonyms : new Pseudonyms();
    const recorded = recordedRequest(request, extent, pseudonyms);
    return `${JSON.stringify({ t_ms: tMs, exchange, request: recorded })}\n`;
  }

  #write(text: string): void {
    if (!this.#isOver && !this.#reader.write(text)) this.#isReaderBehind = true;
  }

  /** Takes no more requests; what is waiting may still be written. */
  end(why: RecordingEnd): void {
    if (this.#ended !== undefined) return;
    this.#ended = why;
    clearTimeout(this.#timer);
    if (this.#waiting.length === 0) this.#close();
    else this.#linger = setTimeout(() => this.#close(), LINGER_MS);
  }

  #close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#linger);
    clearInterval(this.#signs);
    this.#dropped += this.#waiting.length;
    this.#waiting = [];
    this.#reader.end();
    this.#onEnd();
  }
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString());
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
