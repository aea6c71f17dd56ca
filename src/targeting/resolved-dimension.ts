import type { DimensionName } from '../domain/dimensions.js';
import type { CompiledDimension } from './compile-dimension.js';
import { PostingUnion } from './posting-union.js';
import { wordsFor, type TermSink } from './postings.js';

/** What one request means to one dimension. Used again and again; `resolve` forgets what was there before. */
export class ResolvedDimension<Subject> implements TermSink {
  readonly name: DimensionName;
  /** How many line items pass here without a term found: the fewer, the sooner this dimension should be asked. */
  passCount = 0;
  readonly #compiled: CompiledDimension<Subject>;
  readonly #size: number;
  readonly #wanted: PostingUnion;
  readonly #banned: PostingUnion;
  #passes: Uint32Array;

  constructor(compiled: CompiledDimension<Subject>, size: number) {
    this.name = compiled.name;
    this.#compiled = compiled;
    this.#size = size;
    this.#wanted = new PostingUnion(compiled.wanted, wordsFor(size));
    this.#banned = new PostingUnion(compiled.banned, wordsFor(size));
    this.#passes = compiled.passes[0] as Uint32Array;
  }

  resolve(subject: Subject): void {
    this.clear();
    const told = this.#compiled.resolve(subject, this);
    this.#passes = this.#compiled.passes[told] as Uint32Array;
    this.passCount = this.#compiled.passCounts[told] as number;
  }

  add(term: number): void {
    this.#wanted.add(term);
    this.#banned.add(term);
  }

  /** Can this dimension turn any line item away from what was resolved? */
  get rejects(): boolean {
    return this.passCount < this.#size || !this.#banned.empty;
  }

  /** Which of the 32 line items from `word * 32` on pass, as bits. */
  word(word: number): number {
    const passes = (this.#passes[word] as number) | this.#wanted.word(word);
    return passes & ~this.#banned.word(word);
  }

  clear(): void {
    this.#wanted.clear();
    this.#banned.clear();
  }
}
