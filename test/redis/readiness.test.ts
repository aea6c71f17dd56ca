import { afterEach, describe, expect, it } from 'vitest';
import {
  ANYBODY_CAMPAIGN,
  bidOn,
  RUNNER,
  RUNNERS_CAMPAIGN,
  startRecognisingBidder,
} from '../support/recognising-bidder.js';
import { hasRedisServer, sparePort, startRedisServer, waitFor } from '../support/redis-server.js';
import type { RunningBidder } from '../support/running-bidder.js';
import { openStore } from './open-store.js';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function readiness(bidder: RunningBidder): Promise<string> {
  const response = await bidder.admin('/readyz');
  return `${response.status} ${(await response.text()).trim()}`;
}

describe.skipIf(!hasRedisServer())('a bidder whose Redis', () => {
  it('is not there yet starts, bids without profiles, and is ready once Redis was there', async () => {
    const port = await sparePort();
    const bidder = await startRecognisingBidder(`redis://127.0.0.1:${port}`);
    closing.push(() => bidder.stop());
    const isUnready = async () =>
      (await readiness(bidder)) === `503 no profile store yet: refuses the connection`;
    await waitFor(isUnready, 'it says what is missing');
    expect(await bidOn(bidder.app.port, { buyeruid: 'c-1' })).toBe(ANYBODY_CAMPAIGN);

    const server = await startRedisServer({ port });
    closing.push(() => server.stop());
    await waitFor(async () => (await readiness(bidder)) === '200 ready', 'it is ready');
    const opened = openStore(server.url);
    await opened.ready();
    await opened.store.put({ kind: 'cookie', id: 'c-1' }, RUNNER);
    await opened.store.close();
    await waitFor(
      async () => (await bidOn(bidder.app.port, { buyeruid: 'c-1' })) === RUNNERS_CAMPAIGN,
      'profiles are used',
    );

    await server.stop();
    await waitFor(
      async () => (await readiness(bidder)).startsWith('200 ready, without profiles: '),
      'it stays ready and says what is missing',
    );
    expect(await bidOn(bidder.app.port, { buyeruid: 'nobody' })).toBe(ANYBODY_CAMPAIGN);
    expect(await (await bidder.admin('/metrics')).text()).toMatch(/^narrowcast_profile_store_ready 0$/m);
  });

  it('stops while Redis is away', async () => {
    const bidder = await startRecognisingBidder(`redis://127.0.0.1:${await sparePort()}`);
    await bidder.stop();
    await expect(bidder.admin('/readyz')).rejects.toThrow('fetch failed');
  });
});
