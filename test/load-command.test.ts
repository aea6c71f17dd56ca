import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLoadOptions } from '../src/cli/load-options.js';
import type { LoadResult } from '../src/load/load-result.js';
import type { MaxRate } from '../src/load/find-max-rate.js';
import { runCommand, startServing, type ServingProcess } from './support/program.js';
import { startScriptedServer } from './support/scripted-server.js';

const REQUEST = 'fixtures/requests/runner-on-news-site.json';
const folder = mkdtempSync(join(tmpdir(), 'narrowcast-load-command-'));
const traffic = join(folder, 'traffic.ndjson');
writeFileSync(traffic, `${JSON.stringify(JSON.parse(readFileSync(REQUEST, 'utf8')))}\n`);

const load = (...args: readonly string[]) => runCommand({}, 'load', ...args);
const SHORT = ['--rate', '100', '--for', '300ms', '--warm-up', '100ms', '--timeout', '20s'];

let bidder: ServingProcess;
let url: string;
beforeAll(async () => {
  bidder = await startServing({ DATA_DIR: join(folder, 'data'), DELAY_MS_MAX: '10000' });
  url = `http://127.0.0.1:${bidder.port}/openrtb2/generic`;
});
afterAll(async () => {
  await bidder.stop();
  rmSync(folder, { recursive: true });
});

describe('narrowcast load', () => {
  it('measures our own bidder, with what that says of itself', async () => {
    const admin = `http://127.0.0.1:${bidder.adminPort}`;
    const page = join(folder, 'report.html');
    const args = ['--gzip', '50%', '--admin', admin, '--fail-over', '0.1', '--deadline', '20s'];
    const { code, stdout, stderr } = await load(url, traffic, ...SHORT, ...args, '--html', page, '--json');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const { measured, warmUp, server, ...rest } = JSON.parse(stdout) as LoadResult;
    expect([measured.due, measured.answered, warmUp.due]).toEqual([30, 30, 10]);
    expect(measured.bids).toBeGreaterThan(0);
    expect(server).toMatchObject({
      cpuMicrosPerRequest: expect.any(Number),
      residentBytes: expect.any(Number),
    });
    expect(rest).toMatchObject({
      url,
      traffic: [{ path: traffic, weight: 1, requests: 1 }],
      ratePerSecond: 100,
    });
    expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>.*\n/);
  });

  it('prints a table for people', async () => {
    const { code, stdout } = await load(url, `${traffic}=2`, `${traffic}=1`, ...SHORT);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^requests +30, all answered in time$/m);
    expect(stdout).toMatch(/^latency, ms +p50 +p90 +p99 +p99\.9 +p99\.99 +max +mean$/m);
    expect(stdout).toMatch(/^every request answered in time, p99 [\d.]+ ms/m);
  });

  it('tells rates of less than one request a second', async () => {
    const page = join(folder, 'slow.html');
    const slow = ['--rate', '0.4', '--for', '1ms', '--warm-up', '0ms', '--timeout', '20s', '--html', page];
    const { stdout } = await load(url, traffic, ...slow);
    expect(stdout).toMatch(/^rate +0\.4\/s due for 2\.5 s, 0\.4\/s answered in time$/m);
    expect(readFileSync(page, 'utf8')).toContain('<strong>0.4/s</strong>');
  });

  it('ends with 1 when more is bad than --fail-over allows', async () => {
    const server = await startScriptedServer(({ socket }) => {
      socket.write('HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n');
    });
    const loads = ['99%', '100%'].map((share) =>
      load(server.url.href, traffic, ...SHORT, '--deadline', '20s', '--fail-over', share),
    );
    expect((await Promise.all(loads)).map(({ code }) => code)).toEqual([1, 0]);
    await server.close();
  });

  it('looks for the highest rate, and ends with 1 where none is held', async () => {
    const server = await startScriptedServer(({ socket }) => {
      socket.write('HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n');
    });
    const args = ['--find-max', '--rate', '1', '--for', '100ms', '--warm-up', '0ms'];
    const { code, stdout } = await load(server.url.href, traffic, ...args, '--json');
    expect(code).toBe(1);
    const { steps, ratePerSecond } = JSON.parse(stdout) as MaxRate;
    expect(ratePerSecond).toBe(0);
    expect(steps.map((step) => step.ratePerSecond)).toEqual([1, 1]);
    await server.close();
  });

  it('ends with 2 when it cannot be tried', async () => {
    const cases: [string[], RegExp][] = [
      [[url, traffic, ...SHORT, '--rate', 'fast'], /--rate is "fast" but must be a number/],
      [['http://127.0.0.1:1/bid', traffic, ...SHORT], /cannot be connected to/],
      [[url.replace('generic', 'nobody'), traffic, ...SHORT], /every answer was 404/],
      [[url, join(folder, 'none.ndjson'), ...SHORT], /none\.ndjson/],
      [[url, traffic, ...SHORT, '--admin', 'http://127.0.0.1:1'], /127\.0\.0\.1:1\/metrics does not answer/],
    ];
    const ends = await Promise.all(cases.map(([args]) => load(...args)));
    for (const [i, [, why]] of cases.entries()) {
      expect(ends[i]).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(why) });
    }
  });

  it('names every option that cannot be used, one a line', () => {
    const texts = { for: '5', gzip: '200%', seed: '-1', patience: '2s', deadline: '50ms' };
    const read = () =>
      readLoadOptions('https://bidder.example', [`${traffic}=0`], {
        ...texts,
        connections: '8',
        connectionsMax: '4',
      });
    const names = ['the address', '--rate', '--for', '--gzip', '--seed', '--connections-max', '--deadline'];
    for (const name of names) expect(read).toThrow(new RegExp(`^${name} `, 'm'));
    expect(read).toThrow('the weight must be a number above 0');
  });

  it.each([
    ['tells what was measured until Ctrl-C', '100ms', 0],
    ['ends with 1 when it was to hold a limit and nothing was measured until Ctrl-C', '10m', 1],
  ])('%s', async (_, warmUp, expectedCode) => {
    let child: ReturnType<typeof execFile> | undefined;
    const server = await startScriptedServer(({ number, socket }) => {
      socket.write('HTTP/1.1 204 No Content\r\n\r\n');
      if (number === 30) child?.kill('SIGINT');
    });
    const options = [
      '--rate',
      '100',
      '--for',
      '10m',
      '--warm-up',
      warmUp,
      '--timeout',
      '20s',
      '--fail-over',
      '0',
    ];
    const args = ['dist/src/main.js', 'load', server.url.href, traffic, ...options, '--json'];
    const [code, stdout] = await new Promise<[unknown, string]>((resolve) => {
      child = execFile(process.execPath, args, (error, text) => resolve([error?.code ?? 0, text]));
    });
    const result = JSON.parse(stdout) as LoadResult;
    expect([code, result.isInterrupted]).toEqual([expectedCode, true]);
    expect(result.measured.answered > 10).toBe(code === 0);
    await server.close();
  });

  const recorded = '../shared/traffic/adx2016.ndjson';
  it('sends recorded traffic', async ({ skip }) => {
    skip(!existsSync(recorded), `${recorded} is not there`);
    const { code, stdout } = await load(url, recorded, ...SHORT, '--json');
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as LoadResult).measured.statuses).not.toHaveProperty('400');
  });
});
