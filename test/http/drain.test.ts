import { afterEach, describe, expect, it } from 'vitest';
import { answerByBody, openRaw, post, startTestServer, until, type TestServer } from './support.js';

let server: TestServer;
afterEach(() => server.close());

/** A server whose bids wait for `release`. */
async function startWaiting(): Promise<() => void> {
  const waiting: (() => void)[] = [];
  server = await startTestServer({}, async (body) => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return answerByBody(body);
  });
  return () => {
    for (const resolve of waiting.splice(0)) resolve();
  };
}

describe('drain', () => {
  it('gives a request in flight its full answer, asks its caller to leave, and takes no new connections', async () => {
    const release = await startWaiting();
    const connection = await openRaw(server.port);
    connection.send(post('a'));
    await until(() => server.inFlight() === 1);
    const drained = server.drain(5000);
    await expect(openRaw(server.port)).rejects.toThrow('ECONNREFUSED');
    release();
    const response = await connection.response();
    expect(response.status).toBe(200);
    expect(response.body.toString()).toBe('{"id":"a"}');
    expect(response.headers.get('connection')).toBe('close');
    await drained;
    expect(await connection.closed()).toEqual([]);
    expect(server.outcomes).toEqual([['generic', 'bid']]);
  });

  it('waits for a body that is still arriving', async () => {
    server = await startTestServer();
    const connection = await openRaw(server.port);
    const request = post('abc');
    connection.send(request.subarray(0, -1));
    const other = await openRaw(server.port);
    other.send(post('b'));
    await other.response();
    const drained = server.drain(5000);
    connection.send(request.subarray(-1));
    expect((await connection.response()).body.toString()).toBe('{"id":"abc"}');
    await drained;
    await other.closed();
  });

  it('closes idle connections at once when nothing is in flight', async () => {
    server = await startTestServer();
    const connection = await openRaw(server.port);
    connection.send(post('a'));
    await connection.response();
    await server.drain(60_000);
    expect(await connection.closed()).toEqual([]);
  });

  it('gives up on what is not finished in time', async () => {
    const release = await startWaiting();
    const connection = await openRaw(server.port);
    connection.send(post('a'));
    await until(() => server.inFlight() === 1);
    await Promise.all([server.drain(50), server.drain(60_000)]);
    expect(await connection.closed()).toEqual([]);
    expect(server.outcomes).toEqual([['generic', 'aborted']]);
    release();
  });
});

describe('leave', () => {
  it('answers on open connections, asks their callers to go elsewhere, and ends when all have gone', async () => {
    const { port, close } = await startTestServer();
    close();
    server = await startTestServer({ port, sharesPort: true });
    const [busy, idle] = [await openRaw(port), await openRaw(port)];
    for (const connection of [busy, idle]) {
      connection.send(post('a'));
      await connection.response();
    }
    let hasLeft = false;
    const left = server.leave(60_000).then(() => (hasLeft = true));
    const other = await startTestServer({ port, sharesPort: true });
    try {
      const isToClose = async (): Promise<boolean> => {
        busy.send(post('b'));
        return (await busy.response()).headers.get('connection') === 'close';
      };
      while (!(await isToClose()));
      busy.destroy();
      const newcomer = await openRaw(port);
      newcomer.send(post('c'));
      expect((await newcomer.response()).body.toString()).toBe('{"id":"c"}');
      expect(other.bodies).toEqual(['c']);
      expect(hasLeft).toBe(false);
      idle.destroy();
      await left;
    } finally {
      other.close();
    }
  });

  it('gives up on who does not go', async () => {
    server = await startTestServer();
    const connection = await openRaw(server.port);
    connection.send(post('a'));
    await connection.response();
    await server.leave(50);
    server.close();
    expect(await connection.closed()).toEqual([]);
  });
});

describe('listening', () => {
  it('says which address is taken, even by one of our own', async () => {
    const { port, close } = await startTestServer();
    close();
    // The system shares only ports that were asked for by number.
    server = await startTestServer({ port });
    await expect(startTestServer({ port })).rejects.toThrow(`cannot listen on 127.0.0.1:${port}`);
    await expect(startTestServer({ host: '203.0.113.1' })).rejects.toThrow('cannot listen on 203.0.113.1:0');
  });
});
