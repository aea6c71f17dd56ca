import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Explanation } from '../../src/bid/explain.js';
import { baseFiles, fullRequest } from '../support/case-file.js';
import { merged, type Json, type JsonObject } from '../support/merge.js';
import { runCommand, startServing, type Environment, type ServingProcess } from '../support/program.js';

const HARMLESS = '<a href="${CLICK_URL}"><img src="https://cdn.acme.example/shoes.png" alt=""></a>';
const HARMFUL = `${HARMLESS}<script src="https://cdn.evil.example/miner.js"></script>`;
const REQUEST = JSON.stringify(fullRequest());
const SEEN_WITHIN_MS = 10_000;

/** Attack 10: what an advertiser's file shows is changed after somebody approved it. Two processes read the same files. */
describe('malvertising: a creative that is changed after it was approved', () => {
  const folder = mkdtempSync(join(tmpdir(), 'narrowcast-malvertising-'));
  const environment: Environment = {
    CONFIG_DIR: join(folder, 'config'),
    PROFILES: join(folder, 'profiles'),
    DATA_DIR: join(folder, 'var'),
  };
  let processes: readonly ServingProcess[] = [];

  const save = (file: string, content: Json): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), JSON.stringify(content, null, 2));
  };
  const saveCreative = (creative: JsonObject): void => {
    const [campaign] = baseFiles({ creatives: [creative] }).campaigns as [JsonObject];
    const always = { flight: { start: '2020-01-01', end: '2099-12-31' }, budget: { daily: null } };
    save('config/campaigns/shoes.json', merged(campaign, always));
  };
  const check = () => runCommand(environment, 'check');

  /** What each of the processes shows now; nothing where it does not bid. */
  const markups = (): Promise<string[]> =>
    Promise.all(
      processes.map(async ({ port }) => {
        const response = await fetch(`http://127.0.0.1:${port}/openrtb2/generic`, {
          method: 'POST',
          body: REQUEST,
        });
        const text = await response.text();
        if (text === '') return 'nothing';
        return text.includes('evil') ? 'harmful' : 'harmless';
      }),
    );
  const bothShow = async (what: string): Promise<void> => {
    await expect.poll(markups, { timeout: SEEN_WITHIN_MS, interval: 20 }).toEqual([what, what]);
  };
  const reasons = (): Promise<unknown[]> =>
    Promise.all(
      processes.map(async ({ adminPort }) => {
        const response = await fetch(`http://127.0.0.1:${adminPort}/explain/generic`, {
          method: 'POST',
          body: REQUEST,
        });
        const { impressions } = (await response.json()) as Explanation;
        return impressions[0]?.lineItems[0];
      }),
    );

  beforeAll(async () => {
    const { exchanges, rates } = baseFiles();
    save('config/exchanges/generic.json', exchanges['generic'] as Json);
    save('config/rates.json', rates);
    save('profiles/none.ndjson', '');
    saveCreative({ html: HARMLESS, pin: 'new' });
    const own = (number: number) => ({ ...environment, DATA_DIR: join(folder, `var-${number}`) });
    processes = await Promise.all([startServing(own(1)), startServing(own(2))]);
  });
  afterAll(async () => {
    await Promise.all(processes.map((each) => each.kill()));
    rmSync(folder, { recursive: true, force: true });
  });

  it('is not bid with anywhere until its new pin is written into the file, and the file is in use all the same', async () => {
    expect(await markups()).toEqual(['nothing', 'nothing']);
    const unpinned = await check();
    expect(unpinned.code).toBe(1);
    const pin = /write "pin": "([0-9a-f]{32})"/.exec(unpinned.stdout)?.[1] ?? '';
    saveCreative({ html: HARMLESS, pin });
    await bothShow('harmless');
    expect((await check()).code).toBe(0);

    saveCreative({ html: HARMFUL, pin });
    await bothShow('nothing');
    const wanted = 'a creative that shows what was pinned';
    expect(await reasons()).toMatchObject([
      { rule: 'creative-pinned', wanted },
      { rule: 'creative-pinned', wanted },
    ]);
    for (const each of processes) {
      await expect
        .poll(() => each.output(), { timeout: SEEN_WITHIN_MS })
        .toContain('is not the pin of what this creative shows now, so nothing is bid with it');
    }
    const changed = await check();
    expect(changed.code).toBe(1);
    expect(changed.stdout).toMatch(
      /^error: campaigns\/shoes\.json line \d+, column \d+: lineItems\[0\]\.creatives\[0\]\.pin is not/,
    );

    saveCreative({ html: HARMLESS, pin });
    await bothShow('harmless');
    // Where a click leads is pinned as well.
    saveCreative({ html: HARMLESS, landing: 'https://evil.example/', pin });
    await bothShow('nothing');
    saveCreative({ html: HARMLESS, pin });
    await bothShow('harmless');
  });

  it('is paused everywhere by one word in its file', async () => {
    saveCreative({ html: HARMFUL });
    await bothShow('harmful');
    saveCreative({ html: HARMFUL, status: 'paused' });
    await bothShow('nothing');
    expect(await reasons()).toMatchObject([{ rule: 'creative-paused' }, { rule: 'creative-paused' }]);
    expect((await check()).code).toBe(0);
  });
});
