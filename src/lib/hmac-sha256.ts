/**
 * HMAC-SHA-256 of short texts with one key. The crypto module spends most of its time on getting in and out of native
 * code: about 3 us for a visitor's id against little more than 1 here, and every lookup hashes several ids. The two
 * blocks that depend only on the key are compressed once, so a text of up to 55 bytes costs two compressions. The tests
 * compare it with the crypto module's.
 *
 * For names and not for secrets: it leaves what it worked on in memory, and does not care how long it takes.
 */
const BLOCK_BYTES = 64;
const LENGTH_BYTES = 8;
const HASH_BYTES = 32;

/** The first 32 bits of the fractional parts of square roots and cube roots of the first primes. */
const INITIAL = fractions(8, Math.sqrt);
const CONSTANTS = fractions(64, Math.cbrt);

export class HmacSha256 {
  readonly #inner: Int32Array;
  readonly #outer: Int32Array;
  readonly #state = new Int32Array(8);
  #bytes = new Uint8Array(16 * BLOCK_BYTES);
  readonly #encoder = new TextEncoder();

  /** @param key at most 64 bytes */
  constructor(key: Uint8Array) {
    if (key.length > BLOCK_BYTES) throw new RangeError(`a key of ${key.length} bytes, at most 64 are taken`);
    this.#inner = padState(key, 0x36);
    this.#outer = padState(key, 0x5c);
  }

  /** @returns 32 bytes that are valid until the next call */
  digest(text: string): Uint8Array {
    const bytesMax = text.length * 3 + BLOCK_BYTES + LENGTH_BYTES;
    if (this.#bytes.length < bytesMax) this.#bytes = new Uint8Array(bytesMax + BLOCK_BYTES);
    const length = this.#encoder.encodeInto(text, this.#bytes).written;
    this.#finish(this.#inner, length);
    this.#writeState();
    this.#finish(this.#outer, HASH_BYTES);
    this.#writeState();
    return this.#bytes.subarray(0, HASH_BYTES);
  }

  /** Hashes what stands in the bytes, behind a first block that is already in the state. */
  #finish(start: Int32Array, length: number): void {
    const bytes = this.#bytes;
    const end = Math.ceil((length + 1 + LENGTH_BYTES) / BLOCK_BYTES) * BLOCK_BYTES;
    bytes.fill(0, length, end);
    bytes[length] = 0x80;
    writeWord(bytes, end - 4, (length + BLOCK_BYTES) * 8);
    this.#state.set(start);
    for (let at = 0; at < end; at += BLOCK_BYTES) compress(this.#state, bytes, at);
  }

  #writeState(): void {
    for (let i = 0; i < 8; i++) writeWord(this.#bytes, i * 4, this.#state[i] as number);
  }
}

function padState(key: Uint8Array, pad: number): Int32Array {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(key);
  const state = Int32Array.from(INITIAL);
  compress(
    state,
    block.map((byte) => byte ^ pad),
    0,
  );
  return state;
}

function writeWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}

const schedule = new Int32Array(64);

/** One round of SHA-256 (FIPS 180-4, 6.2.2) over the 64 bytes from `at`. */
function compress(state: Int32Array, bytes: Uint8Array, at: number): void {
  const w = schedule;
  for (let i = 0; i < 16; i++) {
    const j = at + 4 * i;
    w[i] =
      ((bytes[j] as number) << 24) |
      ((bytes[j + 1] as number) << 16) |
      ((bytes[j + 2] as number) << 8) |
      (bytes[j + 3] as number);
  }
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15] as number;
    const y = w[i - 2] as number;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = ((w[i - 16] as number) + s0 + (w[i - 7] as number) + s1) | 0;
  }
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  let e = state[4] as number;
  let f = state[5] as number;
  let g = state[6] as number;
  let h = state[7] as number;
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (CONSTANTS[i] as number) + (w[i] as number)) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
  state[4] = (state[4] as number) + e;
  state[5] = (state[5] as number) + f;
  state[6] = (state[6] as number) + g;
  state[7] = (state[7] as number) + h;
}

function fractions(count: number, root: (prime: number) => number): Int32Array {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return Int32Array.from(primes, (prime) => (root(prime) % 1) * 2 ** 32);
}
