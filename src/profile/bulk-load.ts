import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { ProfileStore } from '../domain/ports.js';
import type { Clock } from '../lib/clock.js';
import {
  placeIn,
  readCheckpoint,
  removeCheckpoint,
  startOf,
  totalsFrom,
  totalsTo,
  writeCheckpoint,
  type Checkpoint,
  type InputPlace,
} from './load-checkpoint.js';
import { loadLines, noTotals, type LoadTotals } from './load-lines.js';
import { StoreStopped, type PutLimits } from './pending-puts.js';
import { errorText, findSource, InputProblem, openSource, type ProfileSource } from './profile-source.js';
import { RejectsFile } from './rejects-file.js';

const CHECKPOINT_EVERY_MS = 2_000;

export interface BulkLoadOptions {
  /** Paths, `.gz` among them, and `-` for standard input; loaded one after the other. */
  readonly files: readonly string[];
  readonly standardInput: Readable;
  readonly clock: Clock;
  /** Where the checkpoint is kept. */
  readonly dataDir: string;
  readonly rejectsFile: string;
  /** Goes on from the checkpoint instead of starting anew. */
  readonly resume: boolean;
  /** Ends the load after what is on its way. */
  readonly signal: AbortSignal;
  readonly limits?: Partial<PutLimits>;
}

export type LoadEnd =
  | { readonly kind: 'complete' }
  | { readonly kind: 'interrupted' }
  /** The store takes no more, or a file cannot be read to its end. */
  | { readonly kind: 'stopped'; readonly why: string };

/**
 * A load of many files that can be watched, interrupted and resumed. The checkpoint says up to which line everything is
 * in the store; a load that is killed puts the few lines after it again, which changes nothing, and one that is
 * interrupted puts each line exactly once.
 */
export class BulkLoad {
  readonly totals: LoadTotals;
  /** Bytes of all files; undefined when standard input is among them. */
  readonly bytesTotal: number | undefined;
  readonly #options: BulkLoadOptions;
  readonly #store: ProfileStore;
  readonly #sources: readonly ProfileSource[];
  readonly #places: InputPlace[];
  readonly #rejects: RejectsFile;
  #bytesBefore = 0;
  #bytesOfSource: () => number = () => 0;
  #savedMs: number;

  private constructor(
    store: ProfileStore,
    options: BulkLoadOptions,
    sources: readonly ProfileSource[],
    checkpoint: Checkpoint | undefined,
  ) {
    this.#store = store;
    this.#options = options;
    this.#sources = sources;
    this.#places = sources.map((source) => (checkpoint ? placeIn(checkpoint, source) : startOf(source)));
    this.totals = checkpoint ? totalsFrom(checkpoint) : noTotals();
    this.bytesTotal = sources.reduce<number | undefined>(
      (sum, { size }) => (sum === undefined || size === undefined ? undefined : sum + size),
      0,
    );
    const path = resolve(options.rejectsFile);
    const keepBytes = checkpoint?.rejects.file === path ? checkpoint.rejects.bytes : 0;
    this.#rejects = new RejectsFile(path, options.files, keepBytes);
    this.#savedMs = options.clock.monotonicMs();
  }

  /** @throws InputProblem when a file cannot be read, or the load cannot be resumed; nothing was put then */
  static async open(store: ProfileStore, options: BulkLoadOptions): Promise<BulkLoad> {
    const sources = await Promise.all(options.files.map(findSource));
    const checkpoint = options.resume ? readCheckpoint(options.dataDir) : undefined;
    return new BulkLoad(store, options, sources, checkpoint);
  }

  /** Bytes read so far, of `bytesTotal`. */
  bytesRead(): number {
    return this.#bytesBefore + this.#bytesOfSource();
  }

  /** Leaves a checkpoint unless everything is loaded. @throws what the file system throws when it cannot be written */
  async run(): Promise<LoadEnd> {
    const end = await this.#loadAll();
    if (end.kind === 'complete') removeCheckpoint(this.#options.dataDir);
    else this.#save();
    this.#rejects.close();
    return end;
  }

  async #loadAll(): Promise<LoadEnd> {
    for (const [i, source] of this.#sources.entries()) {
      const place = this.#places[i] as InputPlace;
      try {
        if (!place.isComplete && !(await this.#loadOne(source, place))) return { kind: 'interrupted' };
      } catch (error) {
        if (error instanceof StoreStopped) return { kind: 'stopped', why: error.message };
        if (error instanceof InputProblem) return { kind: 'stopped', why: error.message };
        throw error;
      }
      this.#bytesBefore += source.size ?? this.#bytesOfSource();
      this.#bytesOfSource = () => 0;
    }
    return { kind: 'complete' };
  }

  /** @returns whether the source was loaded to its end */
  async #loadOne(source: ProfileSource, place: InputPlace): Promise<boolean> {
    const { signal, clock, standardInput, limits } = this.#options;
    const { chunks, bytesRead, close } = openSource(source, standardInput);
    this.#bytesOfSource = bytesRead;
    signal.addEventListener('abort', close);
    if (signal.aborted) close();
    try {
      place.isComplete = await loadLines(
        { file: source.file, chunks: readable(source, chunks), firstLine: place.line + 1 },
        this.#store,
        {
          nowMs: clock.nowMs(),
          whenFull: 'stop',
          signal,
          onReject: (rejected) => this.#rejects.add(rejected),
          onDone: (line) => {
            place.line = line;
            if (clock.monotonicMs() - this.#savedMs >= CHECKPOINT_EVERY_MS) this.#save();
          },
          ...(limits ? { limits } : {}),
        },
        this.totals,
      );
      return place.isComplete;
    } finally {
      signal.removeEventListener('abort', close);
      close();
    }
  }

  #save(): void {
    const bytes = this.#rejects.flush();
    writeCheckpoint(this.#options.dataDir, {
      version: 1,
      inputs: this.#places,
      totals: totalsTo(this.totals),
      rejects: { file: this.#rejects.path, bytes },
    });
    this.#savedMs = this.#options.clock.monotonicMs();
  }
}

/** Tells trouble with the source from trouble with anything else. */
async function* readable(
  { file }: ProfileSource,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    throw new InputProblem(`${file} cannot be read to its end: ${errorText(error)}`);
  }
}
