import { nearestWord } from '../../lib/words.js';

const LISTS_TOLD_MAX = 12;

/** The rest of a sentence about a name of a list that there is no file for. */
export function missingListText(name: string, lists: ReadonlyMap<string, unknown>): string {
  const known = [...lists.keys()];
  const near = nearestWord(name, known);
  const others =
    known.length === 0
      ? 'there are no lists yet'
      : `the lists there are: ${known.slice(0, LISTS_TOLD_MAX).join(', ')}`;
  const advice = near === undefined ? others : `did you mean "${near}"?`;
  return `"${name}", but lists/${name}.txt does not exist or cannot be read; ${advice}`;
}
