import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredProfile } from '../domain/ports.js';
import { ManualClock } from '../lib/clock.js';
import { ProfileCache } from './profile-cache.js';

const STORED: StoredProfile = { profile: undefined, frequency: [], linked: undefined };

function setUp({ bytesMax = 1_000_000, ttlMs = 60_000 } = {}) {
  const clock = new ManualClock(0);
  // To the library a beginning at zero is none.
  clock.advance(1);
  const cache = new ProfileCache({ bytesMax, ttlMs, clock });
  const remember = (key: string, changeNames = [`name of ${key}`], askedMs = clock.monotonicMs()) => {
    cache.remember(key, { stored: STORED, changeNames }, askedMs);
  };
  const knows = (key: string) => cache.get(key) !== undefined;
  return { clock, cache, remember, knows };
}

describe('the profile cache', () => {
  it('knows what is stored, and that nothing is, until the time to live is over', async () => {
    const { clock, cache, remember, knows } = setUp({ ttlMs: 1_000 });
    remember('c:known');
    cache.remember('c:stranger', { stored: undefined, changeNames: ['s'] }, clock.monotonicMs());
    expect(cache.get('c:known')?.stored).toBe(STORED);
    expect(cache.get('c:stranger')).toEqual({ stored: undefined, changeNames: ['s'] });
    expect(knows('c:nobody')).toBe(false);
    clock.advance(1_001);
    // The library looks at the clock once a real millisecond.
    await sleep(5);
    expect([knows('c:known'), knows('c:stranger')]).toEqual([false, false]);
  });

  it('forgets every key that a change concerns, and no other', () => {
    const { clock, cache, remember, knows } = setUp();
    remember('c:1', ['cookie']);
    remember('u:1', ['user', 'cookie']);
    remember('c:2');
    clock.advance(1);
    cache.forget(['cookie', 'unheard of']);
    expect(['c:1', 'u:1', 'c:2'].map(knows)).toEqual([false, false, true]);
    cache.forget('everything');
    expect(cache.figures()).toEqual({ entries: 0, bytes: 0, evictions: 0 });
  });

  it('remembers no answer that a change has overtaken', () => {
    const { clock, cache, remember, knows } = setUp();
    const askedMs = clock.monotonicMs();
    clock.advance(10);
    cache.forget(['cookie']);
    clock.advance(10);
    remember('u:1', ['user', 'cookie'], askedMs);
    remember('c:2', ['other'], askedMs);
    expect([knows('u:1'), knows('c:2')]).toEqual([false, true]);
    remember('u:1', ['user', 'cookie']);
    expect(knows('u:1')).toBe(true);
    cache.forget('everything');
    remember('c:2', ['other'], askedMs);
    expect(knows('c:2')).toBe(false);
  });

  it('remembers no answer that was longer on its way than changes are kept', () => {
    const { clock, remember, knows } = setUp();
    const askedMs = clock.monotonicMs();
    clock.advance(2_001);
    remember('c:1', ['cookie'], askedMs);
    expect(knows('c:1')).toBe(false);
  });

  it('keeps what a flood of changes does not concern, and takes no answer that is older than the flood', () => {
    const { clock, cache, remember, knows } = setUp();
    const askedMs = clock.monotonicMs();
    remember('c:1', ['cookie']);
    remember('c:2', ['other']);
    clock.advance(1);
    cache.forget(['other', ...Array.from({ length: 50_001 }, (_, i) => `change ${i}`)]);
    expect([knows('c:1'), knows('c:2')]).toEqual([true, false]);
    remember('c:2', ['other'], askedMs);
    expect(knows('c:2')).toBe(false);
    clock.advance(1);
    remember('c:2', ['other'], clock.monotonicMs());
    expect(knows('c:2')).toBe(true);
  });

  it('lets go what was longest not asked for, and never takes more than its bytes', () => {
    const { cache, remember, knows } = setUp({ bytesMax: 10_000 });
    remember('c:0');
    for (let i = 1; i < 100; i++) {
      remember(`c:${i}`);
      expect(knows('c:0')).toBe(true);
    }
    expect(knows('c:1')).toBe(false);
    const { entries, bytes, evictions } = cache.figures();
    expect(bytes).toBeLessThanOrEqual(10_000);
    expect(entries + evictions).toBe(100);
    remember(`c:${'x'.repeat(20_000)}`);
    expect(cache.figures()).toEqual({ entries, bytes, evictions });
  });

  it('is never behind: whatever happens in whatever order, what was changed since is not told', () => {
    const names = ['a', 'b', 'c'];
    const anyName = fc.constantFrom(...names);
    const anyStep = fc.oneof(
      fc.record({ kind: fc.constant('ask' as const), key: anyName, names: fc.uniqueArray(anyName) }),
      fc.record({ kind: fc.constant('answer' as const), key: anyName }),
      fc.record({ kind: fc.constant('change' as const), names: fc.uniqueArray(anyName) }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 500, 2_500) }),
    );
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
        const { clock, cache } = setUp();
        const changedAt = new Map<string, number>();
        const asked = new Map<string, { atStep: number; ms: number; names: readonly string[] }>();
        const known = new Map<string, { atStep: number; names: readonly string[] }>();
        for (const [atStep, step] of steps.entries()) {
          if (step.kind === 'wait') clock.advance(step.ms);
          else if (step.kind === 'ask')
            asked.set(step.key, { atStep, ms: clock.monotonicMs(), names: step.names });
          else if (step.kind === 'change') {
            for (const name of step.names) changedAt.set(name, atStep);
            cache.forget(step.names);
          } else {
            const question = asked.get(step.key);
            if (question === undefined) continue;
            const entry = { stored: STORED, changeNames: question.names };
            cache.remember(step.key, entry, question.ms);
            if (cache.get(step.key) === entry) known.set(step.key, question);
          }
          for (const key of names) {
            const question = known.get(key);
            if (question === undefined || cache.get(key) === undefined) continue;
            const changed = question.names.filter((name) => (changedAt.get(name) ?? -1) > question.atStep);
            expect(changed).toEqual([]);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
