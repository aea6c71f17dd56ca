import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Profile } from '../../src/domain/profile.js';
import { createEmbeddedStore } from '../../src/profile/embedded-store.js';
import { loadLines, noTotals } from '../../src/profile/load-lines.js';
import { openStore, type OpenStore } from '../redis/open-store.js';
import { profileOf } from '../redis/profile-store.contract.js';
import {
  ANYBODY_CAMPAIGN,
  bidOn,
  RUNNER,
  RUNNERS_CAMPAIGN,
  startRecognisingBidder,
} from '../support/recognising-bidder.js';
import { hasRedisServer, startRedisServer, waitFor, type RedisServer } from '../support/redis-server.js';
import type { RunningBidder } from '../support/running-bidder.js';

/** Names that objects have from their prototypes, or that lead to them. */
const ODD_NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'then',
  'tojson',
];
const PAYLOAD = '{"polluted":"yes","segments":{"runner":"2099-12-31"}}';

const builtIn = [Object.prototype, Array.prototype, Function.prototype, Map.prototype, String.prototype];
const namesOf = () => builtIn.map((prototype) => Object.getOwnPropertyNames(prototype).sort());
const namesAtStart = namesOf();

/** Attack 5, by the ways of profiles: files, Redis, sync. Requests are in the tests of bad input. */
describe('prototypes stay as they are', () => {
  afterEach(() => {
    deepStrictEqual(namesOf(), namesAtStart);
    strictEqual(({} as Record<string, unknown>)['polluted'], undefined);
  });

  it.each([
    [`{"id":{"cookie":"c-1"},"__proto__":${PAYLOAD}}`, 'rejected'],
    [`{"id":{"cookie":"c-1"},"constructor":{"prototype":${PAYLOAD}}}`, 'rejected'],
    [`{"id":{"cookie":"c-1","__proto__":${PAYLOAD}}}`, 'rejected'],
    [`{"id":{"__proto__":{"cookie":"c-1"}}}`, 'rejected'],
    [`{"id":{"cookie":"c-1"},"people":{"__proto__":{"age":30}}}`, 'rejected'],
    [`{"id":{"cookie":"c-1"},"value":{"constructor":{"prototype":${PAYLOAD}}}}`, 'rejected'],
    [`{"id":{"cookie":"c-1"},"geo":{"prototype":${PAYLOAD}}}`, 'rejected'],
    [`{"id":{"cookie":"c-1"},"segments":{"__proto__":${PAYLOAD}}}`, 'rejected'],
    [`{"id":{"cookie":"c-1"},"interests":{"__proto__":${PAYLOAD}}}`, 'rejected'],
    [`{"id":{"cookie":"c-1"},"stage":"__proto__"}`, 'rejected'],
    [`{"id":{"cookie":"c-1"},"people":{"gender":"constructor"}}`, 'rejected'],
    [
      `{"id":{"cookie":"__proto__"},"segments":{"__proto__":"2099-12-31","constructor":"2099-12-31"}}`,
      'taken',
    ],
    [
      `{"id":{"exchange":"__proto__","user":"constructor"},"interests":{"__proto__":1,"tostring":0.5}}`,
      'taken',
    ],
    [`{"id":{"ifa":"__proto__"},"people":{"education":"__proto__"},"geo":{"city":"constructor"}}`, 'taken'],
  ] as const)('when a profile file has the line %s, which is %s', async (line, outcome) => {
    const store = createEmbeddedStore();
    const totals = noTotals();
    const lines = `${line}\n{"id":{"cookie":"neighbour"}}\n`;
    const chunks = (async function* () {
      yield await Promise.resolve(Buffer.from(lines));
    })();
    await loadLines(
      { file: 'lines', chunks },
      store,
      { nowMs: Date.now(), whenFull: 'stop', onReject: () => undefined },
      totals,
    );
    expect(totals).toMatchObject(outcome === 'taken' ? { taken: 2, rejected: 0 } : { taken: 1, rejected: 1 });
  });

  describe.skipIf(!hasRedisServer())('with profiles in Redis', () => {
    let server: RedisServer;
    let opened: OpenStore;
    let bidder: RunningBidder;
    beforeAll(async () => {
      server = await startRedisServer();
      opened = openStore(server.url);
      await opened.ready();
      bidder = await startRecognisingBidder(server.url, { PROFILE_CACHE_TTL_MS: '100' });
      await waitFor(async () => (await bidder.admin('/readyz')).status === 200, 'the bidder is ready');
    });
    afterAll(async () => {
      await bidder.stop();
      await opened.store.close();
      await server.stop();
    });

    it('whatever names and texts are in a profile, which comes back as it went', async () => {
      const name = fc.constantFrom(...ODD_NAMES);
      const mapOf = (value: fc.Arbitrary<number>) =>
        fc.array(fc.tuple(name, value)).map((list) => new Map(list));
      const anyProfile = fc
        .record({
          segments: mapOf(fc.integer({ min: 1 })),
          interests: mapOf(fc.constantFrom(0, 0.5, 1)),
          word: name,
        })
        .map(({ segments, interests, word }): Profile => {
          const people = { ...RUNNER.people, education: word, occupation: word };
          return profileOf(1, { segments, interests, people, geo: { ...RUNNER.geo, city: word } });
        });
      await fc.assert(
        fc.asyncProperty(name, anyProfile, async (id, profile) => {
          const key = { kind: 'cookie', id } as const;
          await opened.store.put(key, profile);
          await opened.store.link('__proto__', id, id);
          const [own, linked] = await opened.store.find([key, { kind: 'user', exchange: '__proto__', id }]);
          expect(own?.stored).toEqual({ profile, frequency: undefined, linked: undefined });
          expect(linked?.stored?.linked?.profile).toEqual(profile);
          expect(namesOf()).toEqual(namesAtStart);
        }),
        { numRuns: 200 },
      );
    });

    it.each([
      ['JSON', Buffer.from(PAYLOAD)],
      ['JSON within JSON', Buffer.from(`{"__proto__":${PAYLOAD}}`)],
      ['JSON with a constructor', Buffer.from(`{"constructor":{"prototype":${PAYLOAD}}}`)],
      ['MessagePack', Buffer.from('\x81\xa9__proto__\x81\xa8polluted\xa3yes', 'latin1')],
      ['a profile whose sections are nonsense', Buffer.from('\x11\x01\x0b__proto__\x01\x7f', 'latin1')],
    ])('when Redis holds what we never wrote: %s', async (_, value) => {
      await server.cli('FLUSHALL');
      await opened.store.put({ kind: 'cookie', id: 'changed' }, RUNNER);
      const overwrite = `
        local bytes = ARGV[1]:gsub('..', function (two) return string.char(tonumber(two, 16)) end)
        for _, name in ipairs(redis.call('KEYS', 'nc:{u:*:p')) do redis.call('SET', name, bytes) end
        redis.call('PUBLISH', 'nc:changes', bytes)`;
      await server.cli('EVAL', overwrite, '0', value.toString('hex'));
      await opened.store.put({ kind: 'cookie', id: 'neighbour' }, RUNNER);
      for (const [buyeruid, campaign] of [
        ['changed', ANYBODY_CAMPAIGN],
        ['neighbour', RUNNERS_CAMPAIGN],
      ] as const) {
        await waitFor(
          async () => (await bidOn(bidder.app.port, { buyeruid })) === campaign,
          `${campaign} bid on ${buyeruid}`,
        );
      }
    });

    it('when a sync brings such ids and names', async () => {
      for (const name of ODD_NAMES) {
        const query = `uid=${name}&${name}=1&${name}[polluted]=1&__proto__[polluted]=yes`;
        const response = await fetch(`http://127.0.0.1:${bidder.app.port}/sync/generic?${query}`, {
          headers: { cookie: `${name}=1; __proto__=1; nc=${name}` },
        });
        expect(response.status).toBe(200);
        expect(await bidOn(bidder.app.port, { id: name, buyeruid: `${name}-of-nobody` })).toBe(
          ANYBODY_CAMPAIGN,
        );
      }
    });
  });
});
