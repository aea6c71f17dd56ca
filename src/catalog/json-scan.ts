import type { FilePath } from './finding.js';

/** Deeper than any setting goes. */
const NESTING_MAX = 32;

export interface ScanFault {
  readonly offset: number;
  readonly path: FilePath;
  readonly message: string;
}

interface Level {
  /** Names seen in this object; undefined in a list. */
  readonly names: Set<string> | undefined;
  /** The name or list position that is being read. */
  at: string | number;
}

/**
 * Finds what `JSON.parse` lets pass silently: a name given twice (the first value would be lost), `__proto__`, and
 * nesting without end.
 *
 * One pass over text that is known to be JSON, so that only strings, brackets, colons and commas need telling apart:
 * a string before a colon is a name of the innermost object.
 *
 * @param text valid JSON
 */
export function scanJson(text: string): ScanFault | undefined {
  const levels: Level[] = [];
  let lastString = { start: 0, end: 0 };
  for (let i = 0; i < text.length; i++) {
    const level = levels.at(-1);
    const character = text.charAt(i);
    switch (character) {
      case '"':
        lastString = { start: i, end: endOfString(text, i) };
        i = lastString.end - 1;
        break;
      case ':': {
        const fault = level && takeName(text, lastString, level, levels);
        if (fault) return fault;
        break;
      }
      case ',':
        if (level && typeof level.at === 'number') level.at++;
        break;
      case '{':
      case '[':
        if (levels.length === NESTING_MAX) {
          const message = `the settings are nested more than ${NESTING_MAX} levels deep`;
          return { offset: i, path: [], message };
        }
        levels.push(character === '{' ? { names: new Set(), at: '' } : { names: undefined, at: 0 });
        break;
      case '}':
      case ']':
        levels.pop();
        break;
      default:
    }
  }
  return undefined;
}

function takeName(
  text: string,
  { start, end }: { start: number; end: number },
  level: Level,
  levels: readonly Level[],
): ScanFault | undefined {
  const name = JSON.parse(text.slice(start, end)) as string;
  level.at = name;
  const path = levels.map(({ at }) => at);
  if (name === '__proto__') {
    return { offset: start, path, message: 'the name "__proto__" is reserved; use another one' };
  }
  if (level.names?.has(name)) {
    return {
      offset: start,
      path,
      message: `"${name}" is given twice in the same place; keep one of the two`,
    };
  }
  level.names?.add(name);
  return undefined;
}

/** @param start offset of the opening quote @returns the offset after the closing one */
export function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return Math.min(i + 1, text.length);
}
