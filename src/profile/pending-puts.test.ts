import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMapStore, type MapStore } from '../../test/support/map-store.js';
import type { ProfileStore } from '../domain/ports.js';
import { PendingPuts, StoreStopped, type PutLimits, type WorkedLine } from './pending-puts.js';
import { parseProfileLine } from './profile-line.js';

const LIMITS: PutLimits = { linesMax: 10, bytesMax: 1_000, retryDelaysMs: [1, 1], silenceMs: 5_000 };

function put(number: number, cookie = `c-${number}`, bytes = 1): WorkedLine {
  const line = parseProfileLine(JSON.stringify({ id: { cookie }, value: { frequency: number } }), 0);
  if (line.kind === 'problem') throw line.problem;
  return { number, bytes, work: { ...line, kind: 'put' } };
}

/** Answers when told to, in whichever order. */
class SlowStore {
  readonly store: MapStore;
  readonly waiting: (() => void)[] = [];
  waitingMost = 0;

  constructor() {
    this.store = createMapStore(() => {
      const answer = new Promise<void>((resolve) => this.waiting.push(resolve));
      this.waitingMost = Math.max(this.waitingMost, this.waiting.length);
      return answer;
    });
  }

  async answer(place: number): Promise<void> {
    this.waiting.splice(place % Math.max(this.waiting.length, 1), 1)[0]?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Refuses the puts whose number, counted over all puts, is in the list. */
function refusing(refused: (count: number) => boolean): MapStore {
  let count = 0;
  return createMapStore(() => {
    count++;
    return refused(count) ? Promise.reject(new Error(`OOM`)) : Promise.resolve();
  });
}

async function load(
  store: ProfileStore,
  lines: readonly WorkedLine[],
  limits: Partial<PutLimits> = {},
): Promise<{ done: number[]; failure: unknown }> {
  const done: number[] = [];
  const puts = new PendingPuts(store, { ...LIMITS, ...limits }, 'stop', ({ number }) => done.push(number));
  try {
    for (const line of lines) {
      await puts.makeRoom();
      puts.add(line);
    }
    await puts.drain();
  } catch (failure) {
    return { done, failure };
  }
  return { done, failure: undefined };
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe('puts on their way', () => {
  it('are never more than the limit, and done in the order of the file however they are answered', async () => {
    const anyPlaces = fc.infiniteStream(fc.nat(20));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 60 }), anyPlaces, async (count, places) => {
        const slow = new SlowStore();
        const loading = load(
          slow.store,
          numbers(count).map((number) => put(number)),
        );
        await new Promise((resolve) => setImmediate(resolve));
        for (let answered = 0; answered < count; answered++) await slow.answer(places.next().value);
        expect(await loading).toEqual({ done: numbers(count), failure: undefined });
        expect(slow.waitingMost).toBeLessThanOrEqual(LIMITS.linesMax);
        if (count >= LIMITS.linesMax) expect(slow.waitingMost).toBe(LIMITS.linesMax);
      }),
      { numRuns: 50 },
    );
  });

  it('are limited in bytes, too, and one line of any length goes through', async () => {
    const slow = new SlowStore();
    const loading = load(slow.store, [put(1, 'a', 999), put(2, 'b', 5_000), put(3, 'c', 1)]);
    for (let i = 0; i < 6; i++) await slow.answer(0);
    expect((await loading).done).toEqual([1, 2, 3]);
    expect(slow.waitingMost).toBe(2);
  });

  it('are tried again when they are refused, and all behind them, so that the later line of a key counts', async () => {
    const anyRefused = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 2 });
    const anyKeys = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(anyRefused, anyKeys, async (refused, keys) => {
        const store = refusing((count) => refused.includes(count));
        const { done, failure } = await load(
          store,
          keys.map((key, i) => put(i + 1, key)),
        );
        expect(failure).toBeUndefined();
        expect(done).toEqual(numbers(keys.length));
        for (const [i, key] of keys.entries()) {
          if (keys.lastIndexOf(key) !== i) continue;
          expect(store.records.get(`c:${key}`)?.profile?.value.frequency).toBe(i + 1);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('end the load when a line is refused to the last, and tell what was done before it', async () => {
    const lines = numbers(30).map((number) => put(number));
    const { done, failure } = await load(
      refusing((count) => count > 12),
      lines,
    );
    expect(failure).toEqual(new StoreStopped('the store refuses profiles: OOM'));
    expect(done).toEqual(numbers(12));
  });

  it('end the load when there is no room', async () => {
    const { done, failure } = await load(
      createMapStore(undefined, 5),
      numbers(9).map((n) => put(n)),
    );
    expect(failure).toEqual(
      new StoreStopped('the store refuses profiles: there is no room for more profiles'),
    );
    expect(done).toEqual(numbers(5));
  });

  it('end the load when the store falls silent', async () => {
    const { store } = new SlowStore();
    const { done, failure } = await load(store, [put(1)], { silenceMs: 20 });
    expect(failure).toEqual(new StoreStopped('the store has not answered for 0.02 seconds'));
    expect(done).toEqual([]);
  });
});
