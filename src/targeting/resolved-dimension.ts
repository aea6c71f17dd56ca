import type { DimensionName } from '../domain/dimensions.js';
import { BLOCK_WORDS, type Block } from './block.js';
import type { CompiledDimension } from './compile-dimension.js';
import { NOBODY, PostingUnion } from './posting-union.js';
import type { Postings, TermSink } from './postings.js';

/** Where the terms that a dimension finds are looked up in the filing. */
export interface Filed {
  readonly union: PostingUnion;
  /** The number there of the dimension's first term. */
  readonly firstTerm: number;
}

/** What one request means to one dimension. Used again and again; `resolve` forgets what was there before. */
export class ResolvedDimension<Subject> implements TermSink {
  readonly name: DimensionName;
  /** How many line items it keeps at most. */
  keepsMax = 0;
  /** May it turn anybody away? */
  matters = true;
  readonly #compiled: CompiledDimension<Subject>;
  readonly #size: number;
  readonly #filed: Filed | undefined;
  readonly #wanted: PostingUnion;
  /** Undefined where nobody bans anything, as in most dimensions. */
  readonly #banned: PostingUnion | undefined;
  #passes: Uint32Array;

  /** @param filed undefined when no line item is filed in the dimension */
  constructor(compiled: CompiledDimension<Subject>, size: number, filed: Filed | undefined) {
    this.name = compiled.name;
    this.#compiled = compiled;
    this.#size = size;
    this.#filed = filed;
    this.#wanted = new PostingUnion(compiled.wanted);
    this.#banned = isNobody(compiled.banned) ? undefined : new PostingUnion(compiled.banned);
    this.#passes = compiled.passes[0] as Uint32Array;
  }

  resolve(subject: Subject): void {
    this.clear();
    const told = this.#compiled.resolve(subject, this);
    const passing = this.#compiled.passCounts[told] as number;
    this.#passes = this.#compiled.passes[told] as Uint32Array;
    this.keepsMax = passing + this.#wanted.count;
    this.matters = passing < this.#size || (this.#banned !== undefined && this.#banned.count > 0);
  }

  add(term: number): void {
    this.#wanted.add(term);
    this.#banned?.add(term);
    if (this.#filed) this.#filed.union.add(this.#filed.firstTerm + term);
  }

  /** Keeps of a block those that pass. Blocks must come in ascending order. */
  narrow(block: Block): void {
    const wanted = this.#wanted.of(block);
    const passes = this.#passes;
    const { bits, lit, litCount } = block;
    const first = block.number * BLOCK_WORDS;
    const banned = this.#banned?.of(block) ?? NOBODY;
    let left = 0;
    for (let i = 0; i < litCount; i++) {
      const place = lit[i] as number;
      const passing = (passes[first + place] as number) | (wanted[place] as number);
      const kept = (bits[place] as number) & passing & ~(banned[place] as number);
      bits[place] = kept;
      if (kept !== 0) lit[left++] = place;
    }
    block.litCount = left;
  }

  /** Goes back to the first block. */
  rewind(): void {
    this.#wanted.rewind();
    this.#banned?.rewind();
  }

  clear(): void {
    this.#wanted.clear();
    this.#banned?.clear();
  }
}

function isNobody({ entries, bitmaps }: Postings): boolean {
  return entries.length === 0 && bitmaps.length === 0;
}
