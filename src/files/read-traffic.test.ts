import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { readTraffic, TrafficFault, type TrafficLine } from './read-traffic.js';

function fileOf(name: string, content: string | Buffer): string {
  const dir = mkdtempSync(join(tmpdir(), 'narrowcast-traffic-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, name), content);
  return join(dir, name);
}

async function linesOf(path: string): Promise<TrafficLine[]> {
  const lines: TrafficLine[] = [];
  for await (const line of readTraffic(path)) lines.push(line);
  return lines;
}

const TWO_KINDS = [
  '{"t_ms": 7.5, "exchange": "adx", "request": {"id": "é"}, "outcome": {"price": 1.2, "click": true}}',
  '',
  '{"id":  "bare"}',
].join('\r\n');

it.each(['traffic.ndjson', 'traffic.ndjson.gz'])('a file is read line by line: %s', async (name) => {
  const lines = await linesOf(fileOf(name, name.endsWith('.gz') ? gzipSync(TWO_KINDS) : TWO_KINDS));
  expect(lines.map(({ body, ...line }) => ({ ...line, body: body.toString() }))).toEqual([
    { line: 1, tMs: 7.5, exchange: 'adx', body: '{"id":"é"}', outcome: { price: 1.2, click: true } },
    { line: 3, tMs: undefined, exchange: undefined, body: '{"id":  "bare"}', outcome: undefined },
  ]);
});

it.each([
  ['[]', 'the line must be one JSON object'],
  ['{"id"', 'the line must be one JSON object'],
  ['{"request": 1}', '"request" must be an object, the bid request'],
  ['{"request": {}, "t_ms": -1}', '"t_ms" must be a number of milliseconds from 0 up'],
  ['{"request": {}, "exchange": 1}', '"exchange" must be a name'],
  ['{"request": {}, "outcome": 1}', '"outcome" must be an object'],
  ['{"request": {}, "outcome": {"price": "1"}}', '"outcome.price" must be a CPM from 0 up'],
  ['{"request": {}, "outcome": {"click": 1}}', '"outcome.click" must be true or false'],
])('a line that cannot be read is told with file and line: %s', async (text, problem) => {
  const path = fileOf('t.ndjson', `{"id":"1"}\n${text}\n`);
  await expect(linesOf(path)).rejects.toThrow(new TrafficFault(`${path}:2 ${problem}`));
});

it('a file that is not there, or not compressed as its name says, throws', async () => {
  await expect(linesOf('/nowhere/t.ndjson.gz')).rejects.toThrow('ENOENT');
  await expect(linesOf(fileOf('t.ndjson.gz', TWO_KINDS))).rejects.toThrow('incorrect header check');
});
