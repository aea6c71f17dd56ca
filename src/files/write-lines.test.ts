import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { writeLines } from './write-lines.js';

function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'narrowcast-lines-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function* manyLines(count: number): Generator<string> {
  for (let i = 0; i < count; i++) yield `${i} ${'é'.repeat(100)}`;
}

it('writes every line, compressed when the name says so', async () => {
  const folder = scratchFolder();
  const plain = await writeLines(join(folder, 'a.ndjson'), manyLines(5_000));
  const zipped = await writeLines(join(folder, 'a.ndjson.gz'), manyLines(5_000));
  const text = readFileSync(join(folder, 'a.ndjson'), 'utf8');
  expect(text).toBe(`${[...manyLines(5_000)].join('\n')}\n`);
  expect(gunzipSync(readFileSync(join(folder, 'a.ndjson.gz'))).toString()).toBe(text);
  expect(plain).toEqual({ lines: 5_000, bytes: Buffer.byteLength(text) });
  expect(zipped).toEqual(plain);
});

it.each(['a.ndjson', 'a.ndjson.gz'])('writes over no file: %s', async (name) => {
  const path = join(scratchFolder(), name);
  writeFileSync(path, 'mine');
  await expect(writeLines(path, manyLines(50_000))).rejects.toMatchObject({ code: 'EEXIST' });
  expect(readFileSync(path, 'utf8')).toBe('mine');
});

it('leaves what there was when the lines break off', async () => {
  const path = join(scratchFolder(), 'a.ndjson.gz');
  function* breaking(): Generator<string> {
    yield* manyLines(2_000);
    throw new Error('no more');
  }
  await expect(writeLines(path, breaking())).rejects.toThrow('no more');
  expect(gunzipSync(readFileSync(path)).toString().startsWith('0 é')).toBe(true);
});
