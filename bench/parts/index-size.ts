import { indexTable } from '../micro/index-growth.js';
import { FULL_TIME_MS } from '../table.js';
import type { Row } from '../table.js';
import type { Goal, Part } from './part.js';

const MS_PER_SECOND = 1_000;
const GROWTH_MAX = 2.5;
const LINEAR_MIN = 50;
/** A walk to 25 candidates does all that the walk to the first does; where nobody is found they are the same, and differ by what a shared machine does. */
const NOISE_SHARE_MIN = 0.75;
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
      goals: ['mixed', 'narrow'].flatMap((desk) => indexGoals(desk, table.rows)),
      tables: [{ ...table, title: indexTable.title }],
      traffic: [],
      plots: {},
    };
  },
};

/** What an auction asks for is the first candidates; the walk to the end is what an explanation takes. */
export function indexGoals(desk: string, rows: readonly Row[]): Goal[] {
  const figure = (size: string, column: string) =>
    rows.find(({ name }) => name === `${desk}, ${size}`)?.figures[column] ?? NaN;
  const growth = figure(LARGE, 'first 25 µs') / figure(SMALL, 'first 25 µs');
  const linear = figure(LARGE, 'plain matcher µs') / figure(LARGE, 'first 25 µs');
  const doubt = [SMALL, LARGE]
    .map((size) => doubtOf(size, figure(size, 'first µs'), figure(size, 'first 25 µs')))
    .find((why) => why !== undefined);
  return [
    {
      name: `Match at ${LARGE} line items beside ${SMALL}, ${desk}`,
      target: `at most ${GROWTH_MAX} x the cost`,
      figure: doubt ?? `${growth.toFixed(2)} x to the first 25 candidates`,
      isReached: doubt === undefined ? growth <= GROWTH_MAX : undefined,
    },
    {
      name: `Match at ${LARGE} line items beside asking each, ${desk}`,
      target: `at least ${LINEAR_MIN} x faster`,
      figure: doubt ?? `${Math.round(linear)} x to the first 25 candidates`,
      isReached: doubt === undefined ? linear >= LINEAR_MIN : undefined,
    },
  ];
}

/** @returns why the figures of a size cannot be told from noise, or undefined */
function doubtOf(size: string, first: number, some: number): string | undefined {
  if (Number.isNaN(some)) return `no index of ${size} line items was measured`;
  return some < first * NOISE_SHARE_MIN
    ? `at ${size} line items more candidates took less time, so this is noise`
    : undefined;
}
