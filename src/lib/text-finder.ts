/**
 * Finds out whether any of many words stands somewhere in a text, in any case, after Wu and Manber ("A fast algorithm for
 * multi-pattern searching", 1994). As many characters as the shortest word has, say five, are a window over the text. What the last two of
 * them are says how far the window may move without passing over the front of any word: mostly by three or four, so that most of
 * the text is never looked at. Only where they end the front of a word is that word compared.
 */
export class TextFinder {
  /** By the last two characters: how far the window moves; 0 where the front of a word may stand. */
  readonly #moves: Uint8Array;
  /** By the same: 1 + the place in `#words`. */
  readonly #places = new Uint16Array(PAIRS);
  readonly #words: string[][] = [];
  readonly #width: number;

  /** @param words in any case, each of at least two characters, ASCII */
  constructor(words: readonly string[]) {
    this.#width = Math.min(WIDTH_MAX, ...words.map(({ length }) => length));
    const last = this.#width - 1;
    this.#moves = new Uint8Array(PAIRS).fill(last);
    for (const word of new Set(words.map((each) => each.toLowerCase()))) {
      for (let i = 1; i <= last; i++) {
        const pair = pairOf(word.charCodeAt(i - 1), word.charCodeAt(i));
        this.#moves[pair] = Math.min(this.#moves[pair] as number, last - i);
        if (i === last) this.#file(pair, word);
      }
    }
  }

  #file(pair: number, word: string): void {
    const place = this.#places[pair] as number;
    if (place === 0) this.#places[pair] = this.#words.push([word]);
    else this.#words[place - 1]?.push(word);
  }

  /** @returns a word that stands in the text, in lower case; of several, one that comes first */
  find(text: string): string | undefined {
    if (this.#words.length === 0) return undefined;
    const moves = this.#moves;
    const last = this.#width - 1;
    const { length } = text;
    for (let at = last; at < length;) {
      const pair = pairOf(text.charCodeAt(at - 1), text.charCodeAt(at));
      const move = moves[pair] as number;
      if (move === 0) {
        const found = this.#wordAt(pair, text, at - last);
        if (found !== undefined) return found;
        at++;
      } else {
        at += move;
      }
    }
    return undefined;
  }

  #wordAt(pair: number, text: string, start: number): string | undefined {
    const words = this.#words[(this.#places[pair] as number) - 1] ?? [];
    for (const word of words) if (standsAt(word, text, start)) return word;
    return undefined;
  }
}

/** A wider window moves hardly further: two characters seldom say that none of six others fits. */
const WIDTH_MAX = 8;
const PAIRS = 4_096;

/** The same for upper and lower case, and for few others: words are compared whole in the end. */
function pairOf(first: number, second: number): number {
  return ((first & 0x1f) << 7) | ((first & 0x40) ^ (second & 0x5f));
}

/** ASCII letters; other characters stay. */
function lowerCode(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
}

function standsAt(word: string, text: string, start: number): boolean {
  if (start + word.length > text.length) return false;
  for (let i = 0; i < word.length; i++)
    if (word.charCodeAt(i) !== lowerCode(text.charCodeAt(start + i))) return false;
  return true;
}
