const LETTER_DIGIT_OR_MARK = /[\p{L}\p{N}\p{M}]/u;
const utf8 = new TextDecoder();

const WORD_CHARACTERS_MAX = 64;

/** Adds a word or phrase to a list, unless it is empty or longer than 64 characters. */
export function appendWord(word: string, words: string[]): void {
  if (word.length === 0 || word.length > WORD_CHARACTERS_MAX) return;
  words.push(word);
}

/**
 * Adds each word of a text: a run of letters, digits and combining marks of any script. Scripts that do not separate
 * words by spaces give whole runs.
 */
export function appendWords(text: string, words: string[]): void {
  let start = -1;
  for (let i = 0; i < text.length;) {
    const code = text.codePointAt(i) as number;
    if (isWordCharacter(code)) {
      if (start < 0) start = i;
    } else if (start >= 0) {
      appendWord(text.slice(start, i), words);
      start = -1;
    }
    i += code > 0xffff ? 2 : 1;
  }
  if (start >= 0) appendWord(text.slice(start), words);
}

function isWordCharacter(code: number): boolean {
  if (code >= 0x80) return LETTER_DIGIT_OR_MARK.test(String.fromCodePoint(code));
  const lower = code | 0x20;
  return (code >= 0x30 && code <= 0x39) || (lower >= 0x61 && lower <= 0x7a);
}

/**
 * Decodes `%C3%A9` to `é`. Never fails: a `%` that starts no hexadecimal byte stays, bytes that are no UTF-8 become
 * replacement characters.
 */
export function decodePercent(text: string): string {
  let decoded = '';
  let copied = 0;
  for (let percent = text.indexOf('%'); percent >= 0;) {
    const bytes = percentBytes(text, percent);
    const end = percent + Math.max(1, bytes.length * 3);
    if (bytes.length > 0) {
      decoded += text.slice(copied, percent) + utf8.decode(Uint8Array.from(bytes));
      copied = end;
    }
    percent = text.indexOf('%', end);
  }
  return copied === 0 ? text : decoded + text.slice(copied);
}

/** The bytes of the unbroken run of `%XX` that starts at `from`. */
function percentBytes(text: string, from: number): number[] {
  const bytes: number[] = [];
  for (let i = from; text[i] === '%'; i += 3) {
    const high = hexDigit(text.charCodeAt(i + 1));
    const low = hexDigit(text.charCodeAt(i + 2));
    if (high < 0 || low < 0) break;
    bytes.push(high * 16 + low);
  }
  return bytes;
}

/** @returns -1 for anything but a hexadecimal digit, the end of the text included */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
