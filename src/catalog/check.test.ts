import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { campaignWith } from '../../test/support/campaign-file.js';
import { configFolder } from '../../test/support/config-folder.js';
import type { JsonObject } from '../../test/support/merge.js';
import { ManualClock } from '../lib/clock.js';
import { checkConfig } from './check.js';
import { formatFinding } from './finding.js';
import { loadCatalog } from './load.js';
import { writeSchemas } from './write-schemas.js';

const NOW = new ManualClock(Date.parse('2026-11-22T12:00:00Z'));
const SAMPLES = fileURLToPath(new URL('../../config', import.meta.url));
const BID = ['lineItems', 0, 'bid', 'amount'];

describe('the sample configuration', () => {
  it('has nothing to find', async () => {
    const { findings, summary } = await checkConfig({ configDir: SAMPLES, clock: NOW });
    expect(findings.map((finding) => formatFinding(finding, { colour: false }))).toEqual([]);
    expect(summary.campaigns).toBe(readdirSync(`${SAMPLES}/campaigns`).length);
  });

  it('speaks of fictional advertisers only', async () => {
    const { catalog } = await loadCatalog({ configDir: SAMPLES });
    for (const { advertiser, lineItems } of catalog.campaigns) {
      expect(advertiser.domain).toMatch(/\.example$/);
      for (const { creatives } of lineItems) {
        for (const { landing } of creatives) expect(new URL(landing).hostname).toMatch(/\.example$/);
      }
    }
  });

  it('names a schema that exists in each of its files', () => {
    const files = readdirSync(SAMPLES, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.json') && !file.startsWith('schema'),
    );
    for (const file of files) {
      const { $schema } = JSON.parse(readFileSync(`${SAMPLES}/${file}`, 'utf8')) as { $schema: string };
      expect(existsSync(fileURLToPath(new URL($schema, new URL(file, `file://${SAMPLES}/`))))).toBe(true);
    }
  });
});

describe('the schemas for editors', () => {
  const written = async (): Promise<Map<string, string>> => {
    const { path } = configFolder();
    await writeSchemas(path('schema'));
    return schemasIn(path('schema'));
  };
  const schemasIn = (dir: string): Map<string, string> =>
    new Map(readdirSync(dir).map((name) => [name, readFileSync(`${dir}/${name}`, 'utf8')]));

  it('are those that the validators make (npm run schema writes them anew)', async () => {
    expect(schemasIn(`${SAMPLES}/schema`)).toEqual(await written());
  });

  it('describe every setting', async () => {
    const undescribed: string[] = [];
    for (const [name, text] of await written()) {
      JSON.parse(text, (key, value: unknown) => {
        if (key !== 'properties') return value;
        for (const [setting, { description }] of Object.entries(value as Record<string, JsonObject>)) {
          if (description === undefined) undescribed.push(`${name}: ${setting}`);
        }
        return value;
      });
    }
    expect(undescribed).toEqual([]);
  });
});

describe('checking a configuration', () => {
  it('tells problems and findings with their places, in the order of files and lines', async () => {
    const { configDir, save } = configFolder();
    save('campaigns/bad.json', '{\n  "id": 5\n}');
    save('campaigns/trail.json', campaignWith(['budget', 'daily'], 50_000));
    const { findings, summary } = await checkConfig({ configDir, clock: NOW });
    expect(findings[0]).toMatchObject({ file: 'campaigns/bad.json', line: 1 });
    expect(findings.at(-1)).toMatchObject({
      file: 'campaigns/trail.json',
      line: 17,
      column: 14,
      path: 'budget.daily',
    });
    expect(summary).toMatchObject({
      errors: findings.length,
      warnings: 0,
      // Neither is put to use.
      campaigns: 0,
      lineItems: 0,
      creatives: 0,
      exchanges: 1,
    });
  });

  it('asks for confirmation of jumps and leaves the last good versions as they are', async () => {
    const { configDir, dataDir, save } = configFolder();
    await loadCatalog({ configDir, dataDir });
    save('campaigns/trail.json', campaignWith(BID, 50));
    const { findings } = await checkConfig({ configDir, dataDir, clock: NOW });
    expect(findings.map(({ message }) => message)).toEqual([expect.stringContaining('add "confirm": [50]')]);
    save('campaigns/trail.json', campaignWith(BID, 4));
    await checkConfig({ configDir, dataDir, clock: NOW });
    save('campaigns/trail.json', campaignWith(BID, 39));
    expect((await checkConfig({ configDir, dataDir, clock: NOW })).findings).toHaveLength(1);
  });

  it('lines up a finding for a terminal and for a log', () => {
    const finding = {
      severity: 'error',
      file: 'campaigns/x.json',
      line: 14,
      column: 22,
      path: 'id',
      message: 'id is wrong',
    } as const;
    expect(formatFinding(finding, { colour: false })).toBe(
      'error: campaigns/x.json line 14, column 22: id is wrong',
    );
    const running = { ...finding, consequence: 'the version of 2026-11-20 10:15 UTC keeps running' };
    expect(formatFinding(running, { colour: false })).toContain('id is wrong; the version of');
    expect(formatFinding(finding, { colour: true })).toContain('\u001b[31merror\u001b[0m');
  });
});
