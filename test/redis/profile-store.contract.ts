import { expect, it } from 'vitest';
import type { ProfileChange, ProfileStore } from '../../src/domain/ports.js';
import type { FrequencyCounters, Profile, ProfileKey } from '../../src/domain/profile.js';
import { waitFor } from '../support/redis-server.js';
import { profileWith } from '../support/targeting-samples.js';

/** What every profile store does. @param store asked anew for each test; tests use ids of their own */
export function itIsAProfileStore(store: () => ProfileStore): void {
  let ids = 0;
  const newId = () => `visitor-${++ids}`;
  const cookie = (id = newId()): ProfileKey & { kind: 'cookie' } => ({ kind: 'cookie', id });
  const user = (exchange = 'generic'): ProfileKey & { kind: 'user' } => ({
    kind: 'user',
    exchange,
    id: newId(),
  });
  const purchases = async (...keys: ProfileKey[]) =>
    (await store().find(keys)).map(({ stored }) => stored?.profile?.value.frequency);

  it('finds a profile as it was put, and nothing for a stranger', async () => {
    const key = cookie();
    const profile = profileOf(30, {
      segments: new Map([
        ['runner', Infinity],
        ['läufer', 1_800_000_000_000],
      ]),
      interests: new Map([['shoes', 0.5]]),
      stage: 'active',
    });
    expect(await store().put(key, profile)).toBe('stored');
    const [found, stranger] = await store().find([key, cookie()]);
    expect(found?.stored).toEqual({ profile, frequency: undefined, linked: undefined });
    expect(stranger?.stored).toBeUndefined();
    expect(stranger?.changeNames).not.toEqual(found?.changeNames);
  });

  it('answers one entry a key, in order, also twice the same and none at all', async () => {
    const keys = [cookie(), cookie(), cookie()] as const;
    await store().put(keys[0], profileOf(1));
    await store().put(keys[2], profileOf(3));
    expect(await purchases(keys[2], keys[1], keys[0], keys[2])).toEqual([3, undefined, 1, 3]);
    expect(await store().find([])).toEqual([]);
  });

  it('keeps many keys apart that are asked for at once', async () => {
    const keys = Array.from({ length: 2_000 }, () => cookie());
    const known = keys.filter((_, i) => i % 2 === 0);
    await Promise.all(known.map((key, i) => store().put(key, profileOf(2 * i))));
    const answers = await Promise.all(keys.map((key) => purchases(key)));
    expect(answers.flat()).toEqual(keys.map((_, i) => (i % 2 === 0 ? i : undefined)));
  });

  it('keeps the same id of different kinds apart', async () => {
    const id = newId();
    const keys: ProfileKey[] = [
      { kind: 'cookie', id },
      { kind: 'ifa', id },
      { kind: 'user', exchange: 'generic', id },
      { kind: 'user', exchange: 'other/strange exchange}', id },
      { kind: 'eid', source: 'generic', id },
      { kind: 'eid', source: 'ids.example', id },
      { kind: 'ip', prefix: id },
    ];
    for (const [i, key] of keys.entries()) await store().put(key, profileOf(i));
    expect(await purchases(...keys)).toEqual([...keys.keys()]);
  });

  it('takes any text for an id', async () => {
    for (const id of ['__proto__', '', '}{', 'a\r\nb\0', 'ü😀', 'x'.repeat(10_000)]) {
      await store().put(cookie(id), profileOf(id.length));
      expect(await purchases(cookie(id))).toEqual([id.length]);
    }
  });

  it('replaces a profile and leaves the counters', async () => {
    const key = cookie();
    await store().putFrequency(key, COUNTERS);
    await store().put(key, profileOf(1));
    await store().put(key, profileOf(2));
    const [found] = await store().find([key]);
    expect(found?.stored).toEqual({ profile: profileOf(2), frequency: COUNTERS, linked: undefined });
  });

  it('keeps counters without a profile, and removes them when there are none', async () => {
    const key = cookie();
    await store().putFrequency(key, COUNTERS);
    expect((await store().find([key]))[0]?.stored?.frequency).toEqual(COUNTERS);
    await store().putFrequency(key, new Map());
    expect((await store().find([key]))[0]?.stored).toBeUndefined();
  });

  it('finds the person of a cookie by the user id that was linked to it', async () => {
    const [person, linked] = [cookie(), user()];
    await store().link(linked.exchange, linked.id, person.id);
    const [before] = await store().find([linked]);
    expect(before?.stored).toBeUndefined();
    await store().put(person, profileOf(40));
    await store().putFrequency(person, COUNTERS);
    const [after] = await store().find([linked]);
    const ofCookie = { profile: profileOf(40), frequency: COUNTERS, linked: undefined };
    expect(after?.stored).toEqual({ profile: undefined, frequency: undefined, linked: ofCookie });
    await store().put(linked, profileOf(41));
    const [both] = await store().find([linked]);
    expect(both?.stored).toEqual({ profile: profileOf(41), frequency: undefined, linked: ofCookie });
    expect(await purchases({ ...linked, exchange: 'other' })).toEqual([undefined]);
  });

  it('lets the later of two links count', async () => {
    const [one, other, linked] = [cookie(), cookie(), user()];
    await store().put(one, profileOf(1));
    await store().put(other, profileOf(2));
    await store().link(linked.exchange, linked.id, one.id);
    await store().link(linked.exchange, linked.id, other.id);
    expect((await store().find([linked]))[0]?.stored?.linked?.profile?.value.frequency).toBe(2);
    expect(await store().erase(one)).toBe(1);
    expect((await store().find([linked]))[0]?.stored?.linked?.profile?.value.frequency).toBe(2);
  });

  it.each([
    ['the cookie', 0],
    ['one of its user ids', 1],
  ])('erases a person with all links, given %s', async (_, index) => {
    const keys = [cookie(), user(), user('other')] as const;
    const bystander = cookie();
    await store().put(bystander, profileOf(9));
    for (const key of keys) await store().put(key, profileOf(1));
    await store().putFrequency(keys[0], COUNTERS);
    for (const key of [keys[1], keys[2]]) await store().link(key.exchange, key.id, keys[0].id);
    expect(await store().erase(keys[index] as ProfileKey)).toBe(6);
    expect((await store().find(keys)).map(({ stored }) => stored)).toEqual([undefined, undefined, undefined]);
    expect(await store().erase(keys[index] as ProfileKey)).toBe(0);
    expect(await purchases(bystander)).toEqual([9]);
  });

  it('leaves what is known of a user alone whom somebody linked to the cookie that he has erased', async () => {
    const [own, victim] = [cookie(), user()];
    await store().put(own, profileOf(1));
    await store().put(victim, profileOf(2));
    await store().link(victim.exchange, victim.id, own.id);
    expect(await store().erase(own, 'own')).toBe(2);
    expect(await purchases(own, victim)).toEqual([undefined, 2]);
    expect((await store().find([victim]))[0]?.stored?.linked).toBeUndefined();
  });

  it('leaves nothing behind when a person is linked and erased at the same time', async () => {
    for (let i = 0; i < 50; i++) {
      const [person, linked] = [cookie(), user()];
      await store().put(person, profileOf(1));
      const linking = store().link(linked.exchange, linked.id, person.id);
      await Promise.all([linking, store().erase(person)]);
      await store().erase(person);
      await store().put(person, profileOf(2));
      expect((await store().find([linked]))[0]?.stored).toBeUndefined();
    }
  });

  it('erases what is known of an address', async () => {
    const key: ProfileKey = { kind: 'ip', prefix: newId() };
    await store().put(key, profileOf(1));
    expect(await store().erase(key)).toBe(1);
    expect(await purchases(key)).toEqual([undefined]);
  });

  it('announces every change under a name that was found with the key', async () => {
    const heard = new Set<string>();
    store().onChange((change: ProfileChange) => {
      if (change !== 'everything') for (const name of change) heard.add(name);
    });
    const [person, linked, stranger] = [cookie(), user(), cookie()];
    const namesOf = async (key: ProfileKey) => (await store().find([key]))[0]?.changeNames ?? [];
    const isHeard = async (key: ProfileKey, change: () => Promise<unknown>) => {
      const names = await namesOf(key);
      heard.clear();
      await change();
      await waitFor(() => names.some((name) => heard.has(name)), 'the change is announced');
    };
    await isHeard(person, () => store().put(person, profileOf(1)));
    await isHeard(person, () => store().putFrequency(person, COUNTERS));
    await isHeard(linked, () => store().link(linked.exchange, linked.id, person.id));
    await isHeard(linked, () => store().put(linked, profileOf(2)));
    // What was found through the link is remembered under the user id, and must go when the cookie changes.
    await isHeard(linked, () => store().put(person, profileOf(3)));
    await isHeard(linked, () => store().erase(person));
    expect((await namesOf(stranger)).some((name) => heard.has(name))).toBe(false);
  });

  it('says that it can be asked', () => {
    expect(store().problem()).toBeUndefined();
  });
}

const COUNTERS: FrequencyCounters = new Map([['line-1/1d', { impressions: 3, endMs: 1_800_000_000_000 }]]);

/** A profile of which only the number of purchases is known. */
export function profileOf(purchases: number, more: Partial<Profile> = {}): Profile {
  const value = { recency: undefined, frequency: purchases, monetary: undefined, lifetime: undefined };
  return profileWith({ value, ...more });
}
