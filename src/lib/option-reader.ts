/**
 * Texts that people give as options: `0.25`, `25%`, `90s`, `100MB`. Each reader of a text returns undefined for what it cannot
 * read or what is out of bounds; an `OptionReader` collects what is wrong, so that all of it is told at once.
 */

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const UNIT_BYTES: Readonly<Record<string, number>> = { '': 1, KB: 1e3, MB: 1e6, GB: 1e9 };
/** What a generator of random numbers starts from. */
export const SEED_MAX = 2 ** 32 - 1;

export function numberIn(text: string, min: number, max: number): number | undefined {
  return within(/^(\d+(\.\d+)?|\.\d+)$/.test(text) ? Number(text) : NaN, min, max);
}

export function wholeNumberIn(text: string, min: number, max: number): number | undefined {
  return within(/^\d+$/.test(text) ? Number(text) : NaN, min, max);
}

/** Such as `500ms`, `90s`, `1.5h` or `7d`. @returns milliseconds */
export function timeIn(text: string, minMs: number, maxMs: number): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  return within(Number(number) * (UNIT_MS[unit] ?? NaN), minMs, maxMs);
}

/** Such as `500KB` or `2GB`. @returns bytes */
function sizeIn(text: string, minBytes: number, maxBytes: number): number | undefined {
  const [, number, unit = ''] = /^(\d+)(|KB|MB|GB)$/.exec(text) ?? [];
  return within(Number(number) * (UNIT_BYTES[unit] ?? NaN), minBytes, maxBytes);
}

/** `0.25` or `25%`. @returns a part of 1 */
export function shareIn(text: string): number | undefined {
  return text.endsWith('%') ? percent(numberIn(text.slice(0, -1), 0, 100)) : numberIn(text, 0, 1);
}

function percent(number: number | undefined): number | undefined {
  return number === undefined ? undefined : number / 100;
}

function within(number: number, min: number, max: number): number | undefined {
  return number >= min && number <= max ? number : undefined;
}

/** Every reader returns something that can be gone on with; what is wrong stands in `problems`. */
export class OptionReader {
  readonly problems: string[] = [];

  number(option: string, text: string, min: number, max: number): number {
    return this.told(option, text, `a number from ${min} to ${max}`, numberIn(text, min, max)) ?? min;
  }

  whole(option: string, text: string, min: number, max: number): number {
    const value = wholeNumberIn(text, min, max);
    return this.told(option, text, `a whole number from ${min} to ${max}`, value) ?? min;
  }

  seed(option: string, text: string): number {
    return this.whole(option, text, 0, SEED_MAX);
  }

  /** In milliseconds. @param expected such as "a time up to 24h" */
  time(option: string, text: string, minMs: number, maxMs: number, expected: string): number {
    return this.told(option, text, expected, timeIn(text, minMs, maxMs)) ?? minMs;
  }

  /** In bytes. */
  size(option: string, text: string, minBytes: number, maxBytes: number): number {
    const value = sizeIn(text, minBytes, maxBytes);
    return this.told(option, text, 'a size such as 500KB, 100MB or 2GB', value) ?? minBytes;
  }

  share(option: string, text: string): number {
    return this.told(option, text, 'a share such as 0.25 or 25%', shareIn(text)) ?? 0;
  }

  /** @returns the first of the words where it is none of them */
  oneOf<Word extends string>(option: string, text: string, words: readonly [Word, ...Word[]]): Word {
    const value = words.find((word) => word === text);
    return this.told(option, text, `one of ${words.join(', ')}`, value) ?? words[0];
  }

  /** @returns the value, of which a problem is noted where it is undefined */
  told<Value>(option: string, text: string, expected: string, value: Value | undefined): Value | undefined {
    if (value === undefined)
      this.problems.push(`${option} is ${JSON.stringify(text)} but must be ${expected}`);
    return value;
  }

  /** @throws an Error with every problem there is, one a line */
  end(): void {
    if (this.problems.length > 0) throw new Error(this.problems.join('\n'));
  }
}
