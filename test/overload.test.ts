import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runLoad } from '../src/load/run-load.js';
import { loadTraffic } from '../src/load/traffic.js';
import { startServing, type ServingProcess } from './support/program.js';

/** Far more at once than is served in a turn that may take a millisecond, on any machine. */
const DELAY_MS_MAX = '1';
const RATE_PER_SECOND = 20_000;
const DURATION_MS = 500;
const REQUESTS = (RATE_PER_SECOND * DURATION_MS) / 1_000;
/** No request is late: whether they all are answered is the question, and not how fast this machine is. */
const TIMEOUT_MS = 60_000;
const BODY = JSON.stringify(JSON.parse(readFileSync('fixtures/requests/runner-on-news-site.json', 'utf8')));

const folder = mkdtempSync(join(tmpdir(), 'narrowcast-overload-'));
let bidder: ServingProcess;
beforeAll(async () => {
  bidder = await startServing({ DATA_DIR: folder, DELAY_MS_MAX });
});
afterAll(async () => {
  await bidder.stop();
  rmSync(folder, { recursive: true });
});

const urlOf = (path: string) => `http://127.0.0.1:${bidder.port}${path}`;
const isServed = async () => {
  const { headers } = await fetch(urlOf('/openrtb2/generic'), { method: 'POST', body: BODY });
  return headers.get('x-nbr') !== '1';
};
async function shedCounted(): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${bidder.adminPort}/metrics`);
  const line = /^narrowcast_no_bids_total\{exchange="generic",reason="overload"\} (\d+)$/m.exec(
    await response.text(),
  );
  return Number(line?.[1]);
}

describe('a bidder that is offered more than it can serve', () => {
  it('answers every request, sheds bids and no notices, and serves again afterwards', async () => {
    const path = join(folder, 'traffic.ndjson');
    writeFileSync(path, `${BODY}\n`);
    const shedBefore = await shedCounted();
    const traffic = await loadTraffic(new URL(urlOf('/openrtb2/generic')), [{ path, weight: 1 }], {
      gzipShare: 0,
      timeoutMs: TIMEOUT_MS,
    });
    const load = runLoad({
      traffic,
      ratePerSecond: RATE_PER_SECOND,
      durationMs: DURATION_MS,
      warmUpMs: 0,
      connections: 64,
      connectionsMax: 256,
      patienceMs: TIMEOUT_MS,
      seed: 1,
      admin: undefined,
    });
    const others = ['/n/win/forged', '/n/bill/forged', '/i/forged', '/v/nobody', '/sync/nobody'];
    const unshed = await Promise.all(others.map(async (each) => (await fetch(urlOf(each))).status));
    const { measured } = await load;
    const { 200: bids = 0, 204: noBids = 0 } = measured.statuses;
    expect(bids + noBids).toBe(REQUESTS);
    const shed = (await shedCounted()) - shedBefore;
    expect(shed).toBeGreaterThan(0);
    expect(shed).toBeLessThan(REQUESTS);
    expect(unshed).toEqual([400, 400, 400, 404, 404]);
    // On a busy machine a single request may have waited for a millisecond, too.
    while (!(await isServed()));
  });
});
