import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { baseFiles, fullRequest } from '../../test/support/case-file.js';
import { configFolder } from '../../test/support/config-folder.js';
import type { JsonObject } from '../../test/support/merge.js';
import type { Explanation } from '../bid/explain.js';
import { loadCatalog } from '../catalog/load.js';
import { readSettings } from '../settings.js';
import { explainFile, type ExplainOptions } from './explain-file.js';

const [CAMPAIGN] = baseFiles().campaigns as [JsonObject];
const ID = CAMPAIGN['id'] as string;

/** A configuration with one campaign that never ends, and a command line beside it. */
function commandLine() {
  const { configDir, dataDir, path, save } = configFolder();
  const flight = { start: '2020-01-01', end: '2100-01-01', timeZone: 'UTC' };
  save('campaigns/trail.json', { ...CAMPAIGN, flight });
  const settings = readSettings({ CONFIG_DIR: configDir, DATA_DIR: dataDir });
  const explain = async (request: string, options: Partial<ExplainOptions> = {}) => {
    let [stdout, stderr] = ['', ''];
    const terminal = {
      stdin: Readable.from([Buffer.from(request)]),
      stdout: { write: (text: string) => (stdout += text) },
      stderr: { write: (text: string) => (stderr += text) },
    };
    const code = await explainFile(settings, '-', { exchange: 'generic', ...options }, terminal);
    return { code, stdout, stderr };
  };
  return { configDir, dataDir, path, save, settings, explain };
}

const REQUEST = JSON.stringify(fullRequest());

describe('explaining a request on the command line', () => {
  it('uses the last good version of a broken campaign, as a running bidder does, and tells of the mistake', async () => {
    const { configDir, dataDir, path, explain } = commandLine();
    await loadCatalog({ configDir, dataDir });
    writeFileSync(path('campaigns/trail.json'), '{"id": ');
    const { code, stdout, stderr } = await explain(REQUEST, { campaign: ID });
    expect(stderr).toMatch(/^error: campaigns\/trail\.json .* keeps running\n$/);
    expect(stdout).toContain(`bids      ${ID} / `);
    expect(code).toBe(0);
  });

  it.each<[Partial<ExplainOptions>, string]>([
    [
      { campaign: `${ID}x` },
      `there is no campaign ${ID}x; did you mean ${ID}? the campaigns there are: ${ID}`,
    ],
    [
      { exchange: 'generik' },
      'there is no exchange generik; did you mean generic? the exchanges there are: generic',
    ],
    [{ exchange: '__proto__' }, 'there is no exchange __proto__; the exchanges there are: generic'],
  ])('%j is an error that names what there is', async (options, message) => {
    expect(await commandLine().explain(REQUEST, options)).toEqual({
      code: 1,
      stdout: '',
      stderr: `narrowcast: ${message}\n`,
    });
  });

  it('shows no response of others with --campaign', async () => {
    const { save, explain } = commandLine();
    save('campaigns/other.json', { ...CAMPAIGN, id: 'other', status: 'paused' });
    const { stdout } = await explain(REQUEST, { campaign: 'other', json: true });
    expect((JSON.parse(stdout) as Explanation).response).toBeUndefined();
  });

  it.each([
    [
      '{\n  "id": "1",\n}',
      1,
      'problem   the body is not JSON: line 2, column 12: remove the comma that stands before }',
    ],
    ['{"id": "1"}', 1, 'problem   imp: must hold at least one impression, found nothing'],
    [JSON.stringify(fullRequest({ cur: ['XYZ'] })), 0, 'no bid, currency'],
  ])('%s ends with %i and says where', async (request, code, message) => {
    const explained = await commandLine().explain(request);
    expect(explained.code).toBe(code);
    expect(explained.stdout).toContain(message);
  });

  it.each<[JsonObject, JsonObject, string]>([
    [
      { imp: [{ bidfloor: 5, bidfloorcur: 'EUR' }] },
      {},
      'wanted  a floor of at most 3.2 USD per thousand\n        found   a floor of 5 EUR\n',
    ],
    [
      {},
      { flight: { start: '2020-01-01', end: '2020-12-31', timeZone: 'Asia/Shanghai' } },
      'wanted  until 2021-01-01 00:00 Asia/Shanghai\n        found   it is 20',
    ],
    [
      { tmax: null },
      {},
      "280 ms to answer (the request has no tmax, so the exchange's tmaxDefaultMs counts, less the network's share)",
    ],
  ])('request %j, campaign %j: %s', async (request, campaign, words) => {
    const { save, explain } = commandLine();
    const flight = { start: '2020-01-01', end: '2100-01-01', timeZone: 'UTC' };
    save('campaigns/trail.json', { ...CAMPAIGN, flight, ...campaign });
    expect((await explain(JSON.stringify(fullRequest(request)))).stdout).toContain(words);
  });

  it('says in plain words which file it cannot read', async () => {
    const { settings, configDir } = commandLine();
    const ask = (file: string) => explainFile(settings, file, { exchange: 'generic' });
    const missing = join(configDir, 'nofile.json');
    await expect(ask(missing)).rejects.toThrow(
      `there is no file ${missing}; name a file with one bid request`,
    );
    await expect(ask(configDir)).rejects.toThrow(
      `${configDir} is a folder; name a file with one bid request`,
    );
  });
});
