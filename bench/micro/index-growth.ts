import type { Visit } from '../../src/domain/visit.js';
import { TargetingIndex, type IndexedLineItem } from '../../src/targeting/targeting-index.js';
import { firstRejection } from '../../test/oracles/linear-matcher.js';
import { anImpression } from '../../test/support/targeting-samples.js';
import { usedBytes } from '../garbage.js';
import { amountOf, hashOf, medianOf, sizeOf, type BenchTable, type Row } from '../table.js';
import { narrowLineItems, seededLineItems, seededVisits } from './targeting.js';

const SIZES = [100, 1_000, 10_000, 100_000];
const VISITS = 512;
const ROUNDS = 9;
/** What fewer of them take cannot be told from what else changes in a heap of some megabytes. */
const HEAP_ITEMS_MIN = 1_000;
/** Of an index that is built before any is measured. */
const WARM_UP_ITEMS = 1_000;
/** Uncounted, in which the engine compiles. */
const WARM_UP_ROUNDS = 2;
/** What an auction looks at when the dearest candidates cannot bid. */
const SOME_CANDIDATES = 25;
/** Line items that the plain matcher judges in a round. */
const JUDGED_A_ROUND = 100_000;

const DESKS = [
  { desk: 'mixed', make: seededLineItems },
  { desk: 'narrow', make: narrowLineItems },
];

/** How building the index and asking it grow with the number of line items, beside asking every line item. */
export const indexTable: BenchTable = {
  title: 'Index',
  async measure(timeMs) {
    const visits = seededVisits(amountOf(VISITS, timeMs));
    const rounds = sizeOf(ROUNDS, timeMs);
    const rows: Row[] = [];
    let found = '';
    measureBuild(seededLineItems(sizeOf(WARM_UP_ITEMS, timeMs)));
    for (const { desk, make } of DESKS) {
      for (const size of SIZES) {
        const items = make(sizeOf(size, timeMs));
        const built = measureBuild(items);
        const asked = askIn(rounds, built.index, items, visits);
        const name = `${desk}, ${items.length.toLocaleString('en')}`;
        rows.push({ name, figures: { ...built.figures, ...asked.figures } });
        found += `${asked.found};`;
      }
    }
    return { what: 'line items', rows, notes: notesOf(rounds, visits.length), hash: hashOf(found) };
  },
};

const notesOf = (rounds: number, visits: number): readonly string[] => [
  `Median µs a request over ${rounds} rounds of ${visits} requests each: resolving it and walking to the first candidate, to the first ` +
    `${SOME_CANDIDATES}, and to the end; the plain matcher of the tests, which asks every line item, takes its turn in each round. Mixed: two to five wishes ` +
    'a line item, a twelfth of them open to nearly everybody, so candidates grow with the line items. Narrow: each line item wants ' +
    'segments, a place and a site or words, so that hardly any request finds anybody and the walk goes to the end. Bytes are those of the index alone.',
];

function measureBuild(items: readonly IndexedLineItem[]) {
  const bytesBefore = usedBytes();
  const startMs = performance.now();
  const steps = TargetingIndex.buildSteps(items);
  let longestMs = 0;
  let index: TargetingIndex | undefined;
  for (let stepMs = performance.now(); !index;) {
    const step = steps.next();
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - stepMs);
    stepMs = nowMs;
    if (step.done) index = step.value;
  }
  const buildMs = performance.now() - startMs;
  const bytes = usedBytes() - bytesBefore;
  const figures = {
    'build ms': buildMs,
    'longest step ms': longestMs,
    'bytes a line item': items.length < HEAP_ITEMS_MIN ? undefined : Math.round(bytes / items.length),
  };
  return { index, figures };
}

function askIn(
  rounds: number,
  index: TargetingIndex,
  items: readonly IndexedLineItem[],
  visits: readonly Visit[],
) {
  const walks = [1, SOME_CANDIDATES, Infinity].map((countMax) => ({ countMax, us: [] as number[], sum: 0 }));
  const judged = Math.max(1, Math.floor(JUDGED_A_ROUND / Math.max(items.length, 1000)));
  const linearUs: number[] = [];
  let candidates = 0;
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    const isCounted = round >= 0;
    // The plain matcher leaves the processor's caches to the catalogue: else the first walk would pay for all.
    for (const visit of visits) walked(index, visit, SOME_CANDIDATES);
    for (const walk of walks) {
      const startMs = performance.now();
      walk.sum = 0;
      for (const visit of visits) walk.sum += walked(index, visit, walk.countMax);
      if (isCounted) walk.us.push(((performance.now() - startMs) * 1_000) / visits.length);
    }
    const startMs = performance.now();
    let wanted = 0;
    for (let i = 0; i < judged; i++)
      wanted += judgeAll(items, visits[(Math.max(0, round) * judged + i) % visits.length] as Visit);
    if (!isCounted) continue;
    candidates += wanted;
    linearUs.push(((performance.now() - startMs) * 1_000) / judged);
  }
  const [first, some, all] = walks.map(({ us }) => medianOf(us)) as [number, number, number];
  const linear = medianOf(linearUs);
  const figures = {
    'first µs': first,
    [`first ${SOME_CANDIDATES} µs`]: some,
    'all µs': all,
    candidates: candidates / (rounds * judged),
    'plain matcher µs': linear,
    'plain ÷ first': linear / first,
    'plain ÷ all': linear / all,
  };
  return { figures, found: `${candidates} ${walks.map(({ sum }) => sum).join(' ')}` };
}

function walked(index: TargetingIndex, visit: Visit, countMax: number): number {
  const scratch = scratchOf(index);
  let sum = 0;
  index.beginVisit(visit, scratch);
  index.beginImpression(IMPRESSION, scratch);
  for (let count = 0; count < countMax; count++) {
    const number = index.next(scratch);
    if (number < 0) break;
    sum += number + 1;
  }
  index.endVisit(scratch);
  return sum;
}

const IMPRESSION = anImpression();
const scratches = new WeakMap<TargetingIndex, ReturnType<TargetingIndex['newScratch']>>();

function scratchOf(index: TargetingIndex) {
  const scratch = scratches.get(index) ?? index.newScratch();
  scratches.set(index, scratch);
  return scratch;
}

function judgeAll(items: readonly IndexedLineItem[], visit: Visit): number {
  let wanted = 0;
  for (const item of items) if (firstRejection(item, visit, IMPRESSION) === undefined) wanted++;
  return wanted;
}
