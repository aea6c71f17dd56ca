import type { DimensionName } from '../domain/dimensions.js';
import type { CompiledDimension } from './compile-dimension.js';
import { PostingUnion } from './posting-union.js';
import { wordsFor, type TermSink } from './postings.js';

/** What one request means to one dimension. Used again and again; `resolve` forgets what was there before. */
export class ResolvedDimension<Subject> implements TermSink {
  readonly name: DimensionName;
  readonly #compiled: CompiledDimension<Subject>;
  readonly #wanted: PostingUnion;
  readonly #banned: PostingUnion;
  #passes: Uint32Array;

  constructor(compiled: CompiledDimension<Subject>, size: number) {
    this.name = compiled.name;
    this.#compiled = compiled;
    this.#wanted = new PostingUnion(compiled.wanted, wordsFor(size));
    this.#banned = new PostingUnion(compiled.banned, wordsFor(size));
    this.#passes = compiled.passes[0] as Uint32Array;
  }

  resolve(subject: Subject): void {
    this.clear();
    const told = this.#compiled.resolve(subject, this);
    this.#passes = this.#compiled.passes[told] as Uint32Array;
  }

  add(term: number): void {
    this.#wanted.add(term);
    this.#banned.add(term);
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
