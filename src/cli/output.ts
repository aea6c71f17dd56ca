import type { Readable } from 'node:stream';

/** Where a command writes to. */
export interface Output {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean;
}

/** What a command reads and writes. */
export interface Terminal {
  readonly stdin: Readable;
  readonly stdout: Output;
  readonly stderr: Output;
}

const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** `1,234,567` */
export function wholeText(number: number): string {
  return WHOLE.format(number);
}

/** `1 line`, `2 lines` */
export function countText(number: number, word: string): string {
  return `${wholeText(number)} ${word}${number === 1 ? '' : 's'}`;
}
