import { wholeFileFinding, type Finding } from './finding.js';

const LINES_TOLD_MAX = 10;

/** Takes down which lines of a file cannot be read: the first ones each, and how many there are. */
export class LineFindings {
  readonly #file: string;
  readonly #told: Finding[] = [];
  #count = 0;

  /** @param file relative to the configuration folder */
  constructor(file: string) {
    this.#file = file;
  }

  /** @param line from 1 */
  add(line: number, message: string): void {
    this.#count++;
    if (this.#told.length === LINES_TOLD_MAX) return;
    this.#told.push({ severity: 'warning', file: this.#file, line, column: 1, path: '', message });
  }

  findings(): Finding[] {
    const others = this.#count - this.#told.length;
    if (others === 0) return this.#told;
    const message = `and ${others} other lines that cannot be read`;
    return [...this.#told, wholeFileFinding(this.#file, message, 'warning')];
  }
}

const FOUND_CHARACTERS_MAX = 60;

/** A line as it is quoted in a message. */
export function quoted(line: string): string {
  const text = line.trim().replaceAll(/\s+/g, ' ');
  return JSON.stringify(
    text.length <= FOUND_CHARACTERS_MAX ? text : `${text.slice(0, FOUND_CHARACTERS_MAX - 1)}…`,
  );
}
