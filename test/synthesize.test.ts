import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkConfig } from '../src/catalog/check.js';
import { synthesizeCommand } from '../src/cli/synthesize.js';
import { decodeBidRequest } from '../src/exchange/decode.js';
import { readTraffic } from '../src/files/read-traffic.js';
import { systemClock } from '../src/lib/clock.js';
import { parseProfileLine } from '../src/profile/profile-line.js';
import { readSettings } from '../src/settings.js';

function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'narrowcast-synthesize-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function synthesize(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { code: 0, out: '', err: '' };
  const command = synthesizeCommand({
    settings: () => readSettings({ CONFIG_DIR: 'config' }),
    clock: systemClock,
    terminal: {
      stdin: new PassThrough(),
      stdout: { write: (text) => (said.out += text) },
      stderr: { write: (text) => (said.err += text) },
    },
    exit: (code) => {
      said.code = code;
    },
  });
  await command.parseAsync(words, { from: 'user' });
  return said;
}

/** Of every file below, by its path. */
function hashes(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    paths
      .filter((path) => statSync(join(folder, path)).isFile())
      .map((path) => [
        path,
        createHash('sha256')
          .update(readFileSync(join(folder, path)))
          .digest('hex'),
      ]),
  );
}

const SMALL = [
  '--count',
  '300',
  '--line-items',
  '120',
  '--profiles',
  '500',
  '--visitors',
  '2000',
  '--outcomes',
];

describe('narrowcast synthesize', () => {
  it('makes a whole market: every request, profile and campaign can be used', async () => {
    const folder = join(scratchFolder(), 'market');
    const { code, out, err } = await synthesize('all', ...SMALL, '--out', folder, '--json');
    expect([code, err]).toEqual([0, '']);

    const { findings, summary } = await checkConfig({
      configDir: join(folder, 'config'),
      dataDir: join(folder, 'var'),
    });
    expect(findings).toEqual([]);
    expect(summary.lineItems).toBe(120);
    expect(existsSync(join(folder, 'config/campaigns/trail-shoes.json'))).toBe(false);

    const lines = readFileSync(join(folder, 'profiles/profiles.ndjson'), 'utf8').trimEnd().split('\n');
    const profiles = lines.map((line) => parseProfileLine(line, Date.UTC(2026, 10, 20)));
    expect(profiles).toHaveLength(500);
    expect(profiles.filter(({ kind }) => kind === 'problem')).toEqual([]);
    expect(profiles.every((profile) => profile.kind === 'profile' && profile.segmentsEnded === 0)).toBe(true);
    const kinds = new Set(profiles.map((profile) => profile.kind === 'profile' && profile.key.kind));
    expect(kinds).toEqual(new Set(['cookie', 'ifa', 'ip']));

    let requests = 0;
    for await (const { body, exchange, tMs, outcome } of readTraffic(join(folder, 'traffic.ndjson.gz'))) {
      requests++;
      expect(exchange).toBe('generic');
      expect(tMs).toBeGreaterThanOrEqual(0);
      expect(outcome?.price).toBeGreaterThan(0);
      const result = decodeBidRequest(body);
      expect(result).toMatchObject({ kind: 'request', request: { skipped: [] } });
    }
    expect(requests).toBe(300);

    const { density } = JSON.parse(out) as { density: { mean: number; lineItems: number } };
    expect(density.lineItems).toBe(120);
    expect(density.mean).toBeGreaterThan(1);
    expect(density.mean).toBeLessThan(30);
  });

  it('writes the same bytes for the same seed and others for another', async () => {
    const folder = scratchFolder();
    for (const [name, seed] of [
      ['one', '5'],
      ['same', '5'],
      ['other', '6'],
    ] as const) {
      await synthesize('all', ...SMALL, '--seed', seed, '--out', join(folder, name));
    }
    const one = hashes(join(folder, 'one'));
    expect(hashes(join(folder, 'same'))).toEqual(one);
    const other = hashes(join(folder, 'other'));
    for (const file of ['traffic.ndjson.gz', 'profiles/profiles.ndjson']) {
      expect(one[file]).toBeDefined();
      expect(other[file]).not.toBe(one[file]);
    }
  });

  it('makes line items that ask for more or for less', async () => {
    const means: number[] = [];
    for (const breadth of ['narrow', 'broad']) {
      const out = join(scratchFolder(), 'market');
      const made = await synthesize('all', ...SMALL, '--targeting', breadth, '--out', out, '--json');
      means.push((JSON.parse(made.out) as { density: { mean: number } }).density.mean);
    }
    const [narrow = NaN, broad = NaN] = means;
    expect(broad).toBeGreaterThan(2 * narrow);
  });

  it('writes over nothing, and says all that is wrong with its options', async () => {
    const file = join(scratchFolder(), 'traffic.ndjson');
    expect((await synthesize('requests', '--count', '3', '--out', file)).out).toMatch(
      /^3 requests of [\d,]+ bytes/,
    );
    const before = readFileSync(file, 'utf8');
    expect(before.split('\n')).toHaveLength(4);
    const again = await synthesize('requests', '--count', '4', '--out', file);
    expect(again).toMatchObject({
      code: 2,
      err: expect.stringContaining(`${file} is there already`) as string,
    });
    expect(readFileSync(file, 'utf8')).toBe(before);
    const wrong = await synthesize(
      'requests',
      '--count',
      '0',
      '--mix',
      'banner=1,popup=2',
      '--over',
      'long',
      '--out',
      'x',
    );
    expect(wrong.code).toBe(2);
    expect(wrong.err).toMatch(/--count is "0".*\n.*--over is "long".*\n.*--mix has "popup=2"/);
    expect(existsSync('x')).toBe(false);
  });
});
