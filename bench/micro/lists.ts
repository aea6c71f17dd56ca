import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { readList } from '../../src/catalog/read-list.js';
import { isListed } from '../../src/domain/inventory-list.js';
import type { TextSet } from '../../src/lib/text-set.js';
import { aVisit } from '../../test/support/targeting-samples.js';
import { amountOf, hashOf, medianOf, type BenchTable, type Row } from '../table.js';

const SIZES = [1_000_000, 5_000_000];
const LOOKUPS = 200_000;
const PASSES = 5;
const PIECE_LINES = 100_000;

/** What a list of the operator's takes in memory, while it is read and when it is asked. */
export const listsTable: BenchTable = {
  title: 'Lists of sites and apps',
  async measure(timeMs) {
    const rows: Row[] = [];
    const lookups = amountOf(LOOKUPS, timeMs);
    let found = '';
    for (const size of SIZES) {
      const { row, hits } = await measureList(amountOf(size, timeMs), lookups);
      rows.push(row);
      found += `${hits},`;
    }
    const notes = [
      `A file of one domain a line, read as the catalogue reads it; then ${lookups.toLocaleString('en')} sites are looked up with three ` +
        `labels each, half of them listed, median of ${PASSES} passes. The hold is the most that one turn of the event loop took while the file was read.`,
    ];
    return { what: 'entries', rows, notes, hash: hashOf(found) };
  },
};

async function measureList(size: number, lookups: number): Promise<{ row: Row; hits: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'narrowcast-lists-'));
  try {
    const path = join(folder, 'list.txt');
    writeFileSync(path, '');
    for (let from = 0; from < size; from += PIECE_LINES) {
      const lines = Array.from({ length: Math.min(PIECE_LINES, size - from) }, (_, i) => domainOf(from + i));
      writeFileSync(path, `${lines.join('\n')}\n`, { flag: 'a' });
    }
    const watch = watchTurns();
    const startMs = performance.now();
    const { content } = await readList(path, 'lists/list.txt', () => true);
    const tookMs = performance.now() - startMs;
    const holdMs = await watch.longestMs();
    if (!content) throw new Error('the list could not be read');
    const { microseconds, hits } = measureLookups(content, size, lookups);
    const figures = {
      'MB in memory': content.bytes / 1e6,
      'bytes an entry': content.bytes / content.size,
      'seconds to read': tookMs / 1_000,
      'longest hold, CPU ms': holdMs,
      'µs a lookup': microseconds,
    };
    return { row: { name: size.toLocaleString('en'), figures }, hits };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function measureLookups(list: TextSet, size: number, lookups: number) {
  const { inventory } = aVisit().request;
  // A stride that leads all over the list; every second site is beyond its end.
  const asked = Array.from({ length: lookups }, (_, i) => {
    const number = (i * 611_953) % size;
    return { ...inventory, domain: `www.${domainOf(i % 2 === 0 ? number : number + size)}` };
  });
  let hits = 0;
  const passes = Array.from({ length: PASSES }, () => {
    hits = 0;
    const startMs = performance.now();
    for (const each of asked) if (isListed(list, each, 'generic')) hits++;
    return ((performance.now() - startMs) * 1_000) / lookups;
  });
  return { microseconds: medianOf(passes), hits };
}

function domainOf(number: number): string {
  return `site-${number.toString(36)}.example`;
}

/** Notes how much each turn of the event loop takes of the processor, garbage collection included. */
function watchTurns(): { longestMs: () => Promise<number> } {
  let longest = 0;
  const state = { isOver: false };
  const watching = (async () => {
    for (let beforeMs = cpuMs(); !state.isOver;) {
      await nextTurn();
      const nowMs = cpuMs();
      longest = Math.max(longest, nowMs - beforeMs);
      beforeMs = nowMs;
    }
  })();
  return {
    longestMs: async () => {
      state.isOver = true;
      await watching;
      return longest;
    },
  };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
