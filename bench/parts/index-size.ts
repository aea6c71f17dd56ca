import { indexTable } from '../micro/index-growth.js';
import { FULL_TIME_MS } from '../table.js';
import type { Row } from '../table.js';
import type { Goal, Part } from './part.js';

const MS_PER_SECOND = 1_000;
const GROWTH_MAX = 2.5;
const LINEAR_MIN = 50;
const LARGE = '100,000';
const SMALL = '10,000';

export const indexPart: Part = {
  name: 'index',
  about:
    'How matching grows with the number of line items, and how much faster it is than asking each of them.',
  full: { seconds: FULL_TIME_MS / MS_PER_SECOND, rounds: 1, lineItems: 100_000 },
  quick: { seconds: 0.1, rounds: 1, lineItems: 100_000 },
  smoke: { seconds: 0.001, rounds: 1, lineItems: 1 },
  async run({ seconds }, progress) {
    progress('building and asking indexes');
    const table = await indexTable.measure(seconds * MS_PER_SECOND);
    return {
      goals: ['mixed', 'narrow'].flatMap((desk) => goalsOf(desk, table.rows)),
      tables: [{ ...table, title: indexTable.title, notes: table.notes }],
      traffic: [],
      plots: {},
    };
  },
};

/** What an auction asks for is the first candidates; the walk to the end is what an explanation takes. */
function goalsOf(desk: string, rows: readonly Row[]): Goal[] {
  const figure = (size: string, column: string) =>
    rows.find(({ name }) => name === `${desk}, ${size}`)?.figures[column] ?? NaN;
  const growth = figure(LARGE, 'first 25 µs') / figure(SMALL, 'first 25 µs');
  const linear = figure(LARGE, 'plain matcher µs') / figure(LARGE, 'first 25 µs');
  return [
    {
      name: `Match at ${LARGE} line items beside ${SMALL}, ${desk}`,
      target: `at most ${GROWTH_MAX} x the cost`,
      figure: `${growth.toFixed(2)} x to the first 25 candidates`,
      isReached: growth <= GROWTH_MAX,
    },
    {
      name: `Match at ${LARGE} line items beside asking each, ${desk}`,
      target: `at least ${LINEAR_MIN} x faster`,
      figure: `${Math.round(linear)} x to the first 25 candidates`,
      isReached: linear >= LINEAR_MIN,
    },
  ];
}
