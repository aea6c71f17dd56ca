import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../lib/prng.js';
import { createChooser, loadTraffic } from './traffic.js';

const URL_OF_BIDDER = new URL('http://bidder.example:8080/openrtb2/generic?x=1');
const CHOSEN = 20_000;

const folder = mkdtempSync(join(tmpdir(), 'narrowcast-traffic-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, requests: readonly object[]): string {
  const path = join(folder, name);
  writeFileSync(path, requests.map((request) => JSON.stringify(request)).join('\n'));
  return path;
}

const web = fileOf('web.ndjson', [
  { id: 'w1', tmax: 80 },
  { request: { id: 'w2' } },
  { id: 'w3', tmax: 'x' },
]);
const app = fileOf('app.ndjson', [{ id: 'a1', app: {} }]);

describe('traffic', () => {
  it('takes each file by its weight, and the lines of each in turns', async () => {
    const sources = [
      { path: web, weight: 3 },
      { path: app, weight: 1 },
    ];
    const traffic = await loadTraffic(URL_OF_BIDDER, sources, { gzipShare: 0.2, timeoutMs: undefined });
    const choose = createChooser(traffic, seededRandom(7));
    const chosen = Array.from({ length: CHOSEN }, choose);
    const [webPart, appPart] = traffic.parts;
    const isApp = ({ request }: (typeof chosen)[number]) =>
      request === appPart?.requests[0]?.plain || request === appPart?.requests[0]?.gzip;
    expect(chosen.filter(isApp).length / CHOSEN).toBeCloseTo(0.25, 1);
    const compressed = chosen.filter(({ request }) => request.checksum !== undefined);
    expect(compressed.length / CHOSEN).toBeCloseTo(0.2, 1);
    const fromWeb = chosen.filter((each) => !isApp(each)).slice(0, 7);
    const lineOf = ({ request }: (typeof chosen)[number]) =>
      webPart?.requests.findIndex(({ plain, gzip }) => request === plain || request === gzip);
    expect(fromWeb.map(lineOf)).toEqual([0, 1, 2, 0, 1, 2, 0]);

    const again = createChooser(traffic, seededRandom(7));
    expect(Array.from({ length: CHOSEN }, again)).toEqual(chosen);
  });

  it("waits as long as the request's own tmax says, or as it is told", async () => {
    const timeouts = async (timeoutMs: number | undefined) => {
      const traffic = await loadTraffic(URL_OF_BIDDER, [{ path: web, weight: 1 }], {
        gzipShare: 0,
        timeoutMs,
      });
      return traffic.parts[0]?.requests.map((request) => request.timeoutMs);
    };
    expect(await timeouts(undefined)).toEqual([80, 200, 200]);
    expect(await timeouts(50)).toEqual([50, 50, 50]);
  });

  it('is posted to the path of the address', async () => {
    const traffic = await loadTraffic(URL_OF_BIDDER, [{ path: app, weight: 1 }], {
      gzipShare: 0,
      timeoutMs: undefined,
    });
    const text = traffic.parts[0]?.requests[0]?.plain.bytes.toString() ?? '';
    expect(text).toMatch(/^POST \/openrtb2\/generic\?x=1 HTTP\/1.1\r\nhost: bidder.example:8080\r\n/);
    expect(traffic.requestBytesMax).toBe(text.length);
  });

  it('needs a request in every file', async () => {
    const empty = fileOf('empty.ndjson', []);
    const options = { gzipShare: 0, timeoutMs: undefined };
    await expect(loadTraffic(URL_OF_BIDDER, [{ path: empty, weight: 1 }], options)).rejects.toThrow(
      /empty\.ndjson must hold a bid request/,
    );
  });
});
