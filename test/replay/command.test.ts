import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { CommanderError } from 'commander';
import { replayCommand } from '../../src/cli/replay.js';
import { systemClock } from '../../src/lib/clock.js';
import type { ReplayReport } from '../../src/replay/report.js';
import { readSettings } from '../../src/settings.js';
import { runCommand, type CommandEnd } from '../support/program.js';
import { trafficFile } from './replay-samples.js';

const SAMPLE = 'fixtures/traffic/sample.ndjson';
const START = ['--start', '2026-11-25T07:00:00Z'];

/** Runs the command in this process. */
async function run(...args: readonly string[]): Promise<CommandEnd> {
  const end = { code: NaN, stdout: '', stderr: '' };
  const writeTo = (name: 'stdout' | 'stderr') => (text: string) => (end[name] += text);
  const command = replayCommand({
    settings: () => readSettings({}),
    clock: systemClock,
    terminal: { stdout: { write: writeTo('stdout') }, stderr: { write: writeTo('stderr') } },
    exit: (code) => {
      end.code = code;
    },
  });
  command.exitOverride().configureOutput({ writeErr: writeTo('stderr') });
  try {
    await command.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    end.code = error.exitCode;
  }
  return end;
}

function temporaryFile(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'narrowcast-replay-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, name);
}

it('the sample is replayed to the same bytes by two processes, and by another seed to other bids', async () => {
  const runSeeded = async (seed: string) => {
    const out = temporaryFile('bids.ndjson');
    const args = [SAMPLE, ...START, '--explain', '--json', '--seed', seed, '--out', out];
    const { code, stdout, stderr } = await runCommand({}, 'replay', ...args);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^22 requests, [\d,]+ a second\n$/),
    });
    return { stdout, bids: readFileSync(out, 'utf8') };
  };
  const [first, second, other] = await Promise.all([runSeeded('1'), runSeeded('1'), runSeeded('2')]);
  expect(second).toEqual(first);
  expect(other.bids).not.toBe(first.bids);
  const report = JSON.parse(first.stdout) as ReplayReport;
  expect(report.answers).toEqual({ bid: 16, 'no-bid': 6 });
  expect(report.noBids).toEqual({ 'no-match': 4, crawler: 1, 'invalid-request': 1 });
  expect(first.bids.trim().split('\n')).toHaveLength(report.totals.reduce((sum, { bids }) => sum + bids, 0));
});

it('a replay is told in tables, and why line items did not bid', async () => {
  const { code, stdout } = await run(SAMPLE, ...START, '--explain');
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^fixtures\/traffic\/sample\.ndjson: 22 requests, 23 impressions, 9 s from 2026-11-25T07:00:00/,
  );
  expect(stdout).toMatch(/^lapsing-customers +good-customers +2 +6\.50 +2 +100\.00 % +USD +0\.0035 /m);
  expect(stdout).toMatch(/^games-full-screen +USD +90,000\.00 +300\.00 +0\.0095 /m);
  expect(stdout).toMatch(
    /1 {2}frequency-cap: wanted at most 1 per 12 hours; the first time: 1 in the last 12 hours/,
  );
});

it('no more requests are played than wanted', async () => {
  const { code, stdout } = await run(SAMPLE, ...START, '--limit', '5', '--json');
  const { traffic, answers } = JSON.parse(stdout) as ReplayReport;
  expect({ code, requests: traffic.requests }).toEqual({ code: 0, requests: 5 });
  expect(Object.values(answers).reduce((sum, count) => sum + count, 0)).toBe(5);
});

it('a file of bids is left as it was when there is no bidder to make others', async () => {
  const out = temporaryFile('bids.ndjson');
  writeFileSync(out, 'of another replay');
  const { code, stderr } = await runCommand(
    { PROFILES: '/nowhere' },
    'replay',
    SAMPLE,
    ...START,
    '--out',
    out,
  );
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('/nowhere') });
  expect(readFileSync(out, 'utf8')).toBe('of another replay');
});

it.each([
  [['/nowhere.ndjson'], '/nowhere.ndjson cannot be read; name a file with a bid request on each line'],
  [['fixtures'], 'fixtures is no file; name a file with a bid request on each line'],
  [[SAMPLE, '--exchange', 'generik'], 'there is no exchange generik; did you mean generic?'],
  [[SAMPLE, '--start', 'tomorrow'], 'Expected a time such as 2026-11-25T12:00:00Z.'],
  [[SAMPLE, '--limit', '0'], 'Expected a whole number from 1 to'],
  [[SAMPLE, '--win-rate', '30'], 'Expected a number from 0 to 1.'],
  [[SAMPLE, '--out', SAMPLE], 'is the traffic file itself, which would be overwritten'],
  [[SAMPLE, '--out', '/nowhere/bids.ndjson'], "no such file or directory, open '/nowhere/bids.ndjson'"],
])('what cannot be done ends with exit code 1 and says why: %j', async (args, message) => {
  const { code, stdout, stderr } = await run(...args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(message);
});

it('a file without a request that can be used ends with exit code 1', async () => {
  const empty = await run(trafficFile(['', '']));
  expect(empty).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('has no requests: it is empty'),
  });
  const broken = trafficFile(Array.from({ length: 30 }, () => '{'));
  const { code, stderr } = await run(broken);
  expect(code).toBe(1);
  expect(stderr).toContain(
    `${broken}:20 the line must be one JSON object; the line is left out\nand 10 other lines left out\n`,
  );
  expect(stderr).toContain('none of its 30 lines can be used');
});
