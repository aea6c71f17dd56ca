import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DAMAGED_LINES, sampleEvents, writeEventFiles } from '../../test/support/event-samples.js';
import { Database } from './database.js';
import { findEventFiles } from './event-files.js';
import { loadEvents } from './load-events.js';

const events = sampleEvents(9, 300);
const genuine = events.filter(({ test }) => !test).length;
let dataDir: string;
let folder: string;
let database: Database;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'narrowcast-load-'));
  folder = join(dataDir, 'events');
  writeEventFiles(dataDir, events);
  database = await Database.open();
});
afterEach(() => {
  database.close();
  rmSync(dataDir, { recursive: true });
});

const load = async (files: Awaited<ReturnType<typeof findEventFiles>>) =>
  loadEvents(database, files, () => undefined);

it('reads each event once, plain and compressed, and counts what is none', async () => {
  const { lines, damaged, gone } = await load(await findEventFiles(folder, -Infinity));
  expect(lines).toBe(genuine);
  expect(damaged.map((each) => each.lines)).toEqual([DAMAGED_LINES.length, 1]);
  expect(gone).toEqual([]);
});

it('reads a file that was compressed after it had been found', async () => {
  const files = await findEventFiles(folder, -Infinity);
  const last = files.at(-1)?.path as string;
  writeFileSync(`${last}.gz`, gzipSync(readFileSync(last)));
  rmSync(last);
  expect((await load(files)).lines).toBe(genuine);
});

it('tells of a file that was deleted after it had been found, and reads the others', async () => {
  const files = await findEventFiles(folder, -Infinity);
  const last = files.at(-1)?.path as string;
  rmSync(last);
  const { lines, gone } = await load(files);
  expect(gone).toEqual([last.slice(folder.length + 1)]);
  expect(lines).toBeGreaterThan(0);
  expect(lines).toBeLessThan(genuine);
});

it('passes files over that were begun too early', async () => {
  const files = await findEventFiles(folder, -Infinity);
  expect(files).toHaveLength(5);
  expect(await findEventFiles(folder, Date.UTC(2026, 10, 20, 7))).toEqual(files.slice(2));
  expect(await findEventFiles(join(folder, 'nowhere'), -Infinity)).toEqual([]);
});

it('takes a line that is longer than any for damaged, and numbers as they are', async () => {
  const line =
    '{"v":1,"kind":"conversion","timeMs":9007199254740991,"advertiser":"a","valueMicros":9007199254740991}';
  const name = 'events-20261130T000000000Z-1.ndjson';
  writeFileSync(join(folder, name), `${line}\n${'x'.repeat(3_000_000)}\n${line}\n`);
  const { damaged } = await load((await findEventFiles(folder, -Infinity)).slice(-1));
  expect(damaged).toEqual([{ file: name, lines: 1 }]);
  const rows = await database.rows('SELECT timeMs, valueMicros FROM events');
  expect(rows).toEqual(
    Array.from({ length: 2 }, () => ({ timeMs: 2n ** 53n - 1n, valueMicros: 2n ** 53n - 1n })),
  );
});
