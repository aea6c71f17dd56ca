import { describe, expect, it } from 'vitest';
import { openRaw, post, startTestServer } from './support.js';

describe('callers who keep us waiting', () => {
  it('cuts a body that does not end in time, however steadily it trickles, and serves the others', async () => {
    const server = await startTestServer({ bodyTimeoutMs: 300 });
    const slow = await openRaw(server.port);
    const request = post('x'.repeat(1000));
    slow.send(request.subarray(0, -1000));
    const trickle = setInterval(() => slow.send('x'), 50);
    const quick = await openRaw(server.port);
    quick.send(post('quick'));
    expect((await quick.response()).status).toBe(200);
    expect(await slow.closed()).toEqual([]);
    clearInterval(trickle);
    expect(server.outcomes).toEqual([
      ['generic', 'bid'],
      ['generic', 'aborted'],
    ]);
    expect(server.bodies).toEqual(['quick']);
    quick.destroy();
    server.close();
  });

  // The library's own limit: 10 seconds, checked every four.
  it('loses silent, half-headed and half-bodied callers, while the others are served', async () => {
    const server = await startTestServer();
    const halves = [
      '',
      'POST /openrtb2/gen',
      'POST /openrtb2/generic HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\nContent-Length: 3\r\n\r\nabc',
      post('x'.repeat(1000)).subarray(0, -1),
    ];
    const slow = await Promise.all(Array.from({ length: 200 }, () => openRaw(server.port)));
    for (const [i, connection] of slow.entries()) connection.send(halves[i % halves.length] ?? '');
    const quick = await openRaw(server.port);
    let served = 0;
    while (slow.some(({ socket }) => !socket.closed)) {
      quick.send(post('quick'));
      expect((await quick.response()).status).toBe(200);
      served++;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(server.bodies).toEqual(Array.from({ length: served }, () => 'quick'));
    expect(server.outcomes.filter(([, outcome]) => outcome === 'aborted')).toHaveLength(50);
    quick.destroy();
    server.close();
  }, 25_000);
});
