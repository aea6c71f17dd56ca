import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { FoundProfile, ProfileChange } from '../domain/ports.js';
import { profileKeyText, type Profile, type ProfileKey } from '../domain/profile.js';
import { systemClock } from '../lib/clock.js';
import { CachedReader } from './cached-reader.js';
import { parseProfileLine } from './profile-line.js';

const COOKIE: ProfileKey = { kind: 'cookie', id: 'c-1' };
const IP: ProfileKey = { kind: 'ip', prefix: '4:cb007100/24' };

function profileOfAge(age: number): Profile {
  const line = parseProfileLine(JSON.stringify({ id: { cookie: 'x' }, people: { age } }), 0);
  if (line.kind === 'problem') throw line.problem;
  return line.profile;
}

/** A store whose every answer is given by hand. */
function storeByHand() {
  const asked: {
    readonly texts: readonly string[];
    /** Ages by key text; what is left out is not stored. */
    readonly answer: (ages: Readonly<Record<string, number>>) => void;
    readonly fail: () => void;
  }[] = [];
  let tell: (change: ProfileChange) => void = () => undefined;
  return {
    asked,
    tell: (change: ProfileChange) => {
      tell(change);
    },
    onChange: (listener: (change: ProfileChange) => void) => {
      tell = listener;
    },
    logNames: () => [],
    find: (keys: readonly ProfileKey[]) =>
      new Promise<FoundProfile[]>((resolve, reject) => {
        const texts = keys.map(profileKeyText);
        const found = (text: string, age: number | undefined): FoundProfile => ({
          changeNames: [`name of ${text}`],
          stored:
            age === undefined
              ? undefined
              : { profile: profileOfAge(age), frequency: undefined, linked: undefined },
        });
        asked.push({
          texts,
          answer: (ages) => {
            resolve(texts.map((text) => found(text, ages[text])));
          },
          fail: () => {
            reject(new Error('broken on purpose'));
          },
        });
      }),
  };
}

function setUp({ bytesMax = 1_000_000, ttlMs = 60_000 } = {}) {
  const store = storeByHand();
  const counted: Record<string, number> = {};
  const reader = new CachedReader(store, {
    bytesMax,
    ttlMs,
    clock: systemClock,
    metrics: {
      keyLookup: (kind, source) => {
        counted[`${kind} ${source}`] = (counted[`${kind} ${source}`] ?? 0) + 1;
      },
      storeAnswered: () => undefined,
    },
  });
  const find = async (keys: readonly ProfileKey[], forMs = 5_000) => {
    const answer = await reader.find(keys, systemClock.monotonicMs() + forMs);
    return answer.kind === 'answered'
      ? answer.found.map(({ stored }) => stored?.profile?.people.age)
      : answer.kind;
  };
  return { store, reader, counted, find };
}

describe('a cached reader', () => {
  it('asks once for what it then remembers, unknown visitors included', async () => {
    const { store, find, counted } = setUp();
    const first = find([COOKIE, IP]);
    store.asked[0]?.answer({ 'c:c-1': 30 });
    expect(await first).toEqual([30, undefined]);
    expect(await find([COOKIE, IP])).toEqual([30, undefined]);
    expect(store.asked).toHaveLength(1);
    expect(counted).toEqual({ 'cookie redis': 1, 'ip redis': 1, 'cookie lru': 1, 'ip negative': 1 });
  });

  it('asks only for what it does not know, and waits for what is already asked for', async () => {
    const { store, find } = setUp();
    const first = find([COOKIE]);
    const second = find([COOKIE, IP]);
    expect(store.asked.map(({ texts }) => texts)).toEqual([['c:c-1'], ['a:4:cb007100/24']]);
    store.asked[1]?.answer({ 'a:4:cb007100/24': 40 });
    store.asked[0]?.answer({ 'c:c-1': 30 });
    expect(await first).toEqual([30]);
    expect(await second).toEqual([30, 40]);
  });

  it('gives up at the deadline, all or nothing, and keeps what comes later', async () => {
    const { store, find, counted } = setUp();
    const early = find([IP]);
    store.asked[0]?.answer({ 'a:4:cb007100/24': 40 });
    await early;
    expect(await find([COOKIE, IP], 5)).toBe('late');
    expect(counted['cookie late']).toBe(1);
    store.asked[1]?.answer({ 'c:c-1': 30 });
    await wait(0);
    expect(await find([COOKIE, IP])).toEqual([30, 40]);
    expect(store.asked).toHaveLength(2);
  });

  it('answers at once when there is no time left', async () => {
    const { find } = setUp();
    expect(await find([COOKIE], -10)).toBe('late');
  });

  it('says broken when the store fails, and asks again the next time', async () => {
    const { store, find, counted } = setUp();
    const first = find([COOKIE]);
    store.asked[0]?.fail();
    expect(await first).toBe('broken');
    const second = find([COOKIE]);
    store.asked[1]?.answer({ 'c:c-1': 30 });
    expect(await second).toEqual([30]);
    expect(counted).toEqual({ 'cookie broken': 1, 'cookie redis': 1 });
  });

  it('forgets what changed, and everything when told so', async () => {
    const { store, find } = setUp();
    const first = find([COOKIE, IP]);
    store.asked[0]?.answer({ 'c:c-1': 30, 'a:4:cb007100/24': 40 });
    await first;
    store.tell(['name of c:c-1', 'name of somebody else']);
    const second = find([COOKIE, IP]);
    expect(store.asked[1]?.texts).toEqual(['c:c-1']);
    store.asked[1]?.answer({ 'c:c-1': 31 });
    expect(await second).toEqual([31, 40]);
    store.tell('everything');
    void find([COOKIE, IP]);
    expect(store.asked[2]?.texts).toHaveLength(2);
  });

  it.each([[['name of c:c-1']], ['everything'] as const])(
    'uses but does not remember an answer that a change of %j overtook',
    async (change) => {
      const { store, find } = setUp();
      const first = find([COOKIE]);
      store.tell(change);
      store.asked[0]?.answer({ 'c:c-1': 30 });
      expect(await first).toEqual([30]);
      void find([COOKIE]);
      expect(store.asked).toHaveLength(2);
    },
  );

  it('stops asking a store that is in trouble, and finds out by a probe that it is well again', async () => {
    const { store, find, reader } = setUp();
    const cached = find([IP]);
    store.asked[0]?.answer({ 'a:4:cb007100/24': 40 });
    await cached;
    const failing = Array.from({ length: 10 }, (_, i) => find([{ kind: 'cookie', id: `x-${i}` }]));
    for (const question of store.asked.slice(1)) question.fail();
    expect(new Set(await Promise.all(failing))).toEqual(new Set(['broken']));
    expect(reader.figures().breaker).toBe('open');
    const askedBefore = store.asked.length;
    expect(await find([COOKIE])).toBe('broken');
    expect(store.asked).toHaveLength(askedBefore);
    expect(await find([IP])).toEqual([40]);

    await wait(250);
    expect(await find([COOKIE])).toBe('broken');
    expect(reader.figures().breaker).toBe('half-open');
    store.asked[askedBefore]?.answer({ 'c:c-1': 30 });
    await wait(0);
    expect(reader.figures().breaker).toBe('closed');
    expect(await find([COOKIE])).toEqual([30]);
  });

  it('holds no more than it may, and says what it let go', async () => {
    const { store, find, reader } = setUp({ bytesMax: 20_000 });
    for (let i = 0; i < 100; i++) {
      const lookup = find([{ kind: 'cookie', id: `c-${i}` }]);
      store.asked[i]?.answer({ [`c:c-${i}`]: 30 });
      await lookup;
    }
    const { bytes, entries, evictions } = reader.figures();
    expect(bytes).toBeLessThanOrEqual(20_000);
    expect(entries).toBeGreaterThan(5);
    expect(entries + evictions).toBe(100);
  });

  it('believes nothing longer than it may', async () => {
    const { store, find } = setUp({ ttlMs: 20 });
    const first = find([COOKIE]);
    store.asked[0]?.answer({ 'c:c-1': 30 });
    await first;
    await wait(40);
    void find([COOKIE]);
    expect(store.asked).toHaveLength(2);
  });
});
