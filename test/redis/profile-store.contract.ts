import { expect, it } from 'vitest';
import type { ProfileChange, ProfileStore } from '../../src/domain/ports.js';
import { frequencyHash, type FrequencyRecord } from '../../src/domain/frequency.js';
import type { Profile, ProfileKey } from '../../src/domain/profile.js';
import { bidIdOf, frequencyRecord, SHOES } from '../support/frequency.js';
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

  const logOf = async (key: ProfileKey) => (await store().find([key]))[0]?.stored?.frequency ?? [];
  /** Records under the names of keys, until they can be read there. */
  const record = async (what: FrequencyRecord, ...keys: ProfileKey[]) => {
    const before = await Promise.all(keys.map(logOf));
    store().record(
      keys.flatMap((key) => store().logNames(key).slice(0, 1)),
      what,
    );
    for (const [i, key] of keys.entries()) {
      const length = (before[i]?.length ?? 0) + 1;
      await waitFor(async () => (await logOf(key)).length === length, 'what was recorded is found');
    }
  };

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

  it('replaces a profile and leaves the frequency log', async () => {
    const key = cookie();
    await record(SHOWN, key);
    await store().put(key, profileOf(1));
    await store().put(key, profileOf(2));
    const [found] = await store().find([key]);
    expect(found?.stored).toEqual({ profile: profileOf(2), frequency: [SHOWN], linked: undefined });
  });

  it('keeps a log without a profile, of persons and households, in the order in which it was written', async () => {
    const keys: ProfileKey[] = [
      cookie(),
      user(),
      user('other/strange exchange}'),
      { kind: 'ifa', id: newId() },
      { kind: 'eid', source: 'ids.example', id: newId() },
      { kind: 'ip', prefix: '4:c0000201/32' },
      { kind: 'ip', prefix: '6:20010db8000000010000000000000000/64' },
    ];
    const reserved = frequencyRecord('reserved', 2, { heldUntilMs: 1_790_000_060_000 });
    await record(SHOWN, ...keys);
    await record(reserved, ...keys);
    await record(SHOWN, ...keys);
    for (const { stored } of await store().find(keys))
      expect(stored).toEqual({
        profile: undefined,
        frequency: [SHOWN, reserved, SHOWN],
        linked: undefined,
      });
    for (const key of keys) expect(await store().erase(key)).toBe(1);
    expect((await store().find(keys)).every(({ stored }) => stored === undefined)).toBe(true);
  });

  it('keeps no log of networks, which are nobody’s, and none under a name or of a bid that is not ours', async () => {
    expect(store().logNames({ kind: 'ip', prefix: '4:c0000200/24' })).toEqual([]);
    expect(store().logNames({ kind: 'ip', prefix: '6:20010db8000000000000000000000000/48' })).toEqual([]);
    const key = cookie();
    const [name = ''] = store().logNames(key);
    store().record(['', 'u:short', `${name}x`, `q${name}`, `${name}}:f{`, 'nc:keys'], SHOWN);
    for (const bidId of ['', 'bid', 'h0lder-_-', 'h0lder-_-01', 'h0lder-_-zzzzzzzzzzz', 'h0lder-_-A'])
      store().record([name], { ...SHOWN, bidId });
    await record(frequencyRecord('clicked', 7), key);
    expect(await logOf(key)).toEqual([frequencyRecord('clicked', 7)]);
  });

  it('names logs the same whether or not it was asked before, and tells nothing by them', async () => {
    const [person, linked] = [cookie(), user()];
    await store().link(linked.exchange, linked.id, person.id);
    for (const key of [person, linked]) {
      const [found] = await store().find([key]);
      const names = store().logNames(key, found?.changeNames);
      expect(names[0]).toBe(store().logNames(key)[0]);
      for (const name of names) expect(name).not.toContain(key.id);
      if (key.kind === 'user') expect(names[1]).toBe(store().logNames(person)[0]);
    }
  });

  it('tells what a person saw and clicked of an advertiser, by the cookie and what is linked to it', async () => {
    const [person, linked] = [cookie(), user()];
    await store().link(linked.exchange, linked.id, person.id);
    await record(frequencyRecord('shown', 3, { atMs: 3_000 }), person);
    await record(frequencyRecord('shown', 1, { atMs: 1_000 }), linked);
    await record(frequencyRecord('shown', 1, { atMs: 1_000 }), person);
    await record(frequencyRecord('clicked', 1, { atMs: 2_000 }), linked);
    await record(frequencyRecord('reserved', 4, { atMs: 4_000 }), person);
    await record(frequencyRecord('shown', 5, { atMs: 5_000, advertiser: 1 }), person);
    expect(await store().touchesOf(person.id, frequencyHash('advertiser', 'acme'))).toEqual([
      { bidId: bidIdOf(1), kind: 'view', atMs: 1_000 },
      { bidId: bidIdOf(1), kind: 'click', atMs: 2_000 },
      { bidId: bidIdOf(3), kind: 'view', atMs: 3_000 },
    ]);
    expect(await store().touchesOf(newId(), SHOES.advertiser)).toEqual([]);
  });

  it('makes a log that has grown long shorter, and forgets none of the newest impressions', async () => {
    const key = cookie();
    const names = store().logNames(key);
    const write = (from: number, to: number) => {
      for (let i = from; i < to; i++) {
        store().record(names, frequencyRecord('reserved', i, { atMs: i, heldUntilMs: i + 60_000 }));
        store().record(names, frequencyRecord('shown', i, { atMs: i }));
      }
    };
    write(0, 300);
    await waitFor(
      async () => (await logOf(key)).some(({ bidId }) => bidId === bidIdOf(299)),
      'all is written',
    );
    write(300, 500);
    await waitFor(async () => {
      const log = await logOf(key);
      return log.length < 480 && log.some(({ bidId }) => bidId === bidIdOf(499));
    }, 'the log is compacted');
    const shown = new Set((await logOf(key)).flatMap(({ kind, atMs }) => (kind === 'shown' ? [atMs] : [])));
    for (let i = 300; i < 500; i++) expect(shown).toContain(i);
  });

  it('finds the person of a cookie by the user id that was linked to it', async () => {
    const [person, linked] = [cookie(), user()];
    await store().link(linked.exchange, linked.id, person.id);
    const [before] = await store().find([linked]);
    expect(before?.stored).toBeUndefined();
    await store().put(person, profileOf(40));
    await record(SHOWN, person);
    const [after] = await store().find([linked]);
    const ofCookie = { profile: profileOf(40), frequency: [SHOWN], linked: undefined };
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
    await record(SHOWN, keys[0], keys[1]);
    for (const key of [keys[1], keys[2]]) await store().link(key.exchange, key.id, keys[0].id);
    expect(await store().erase(keys[index] as ProfileKey)).toBe(7);
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
    await isHeard(person, () => record(SHOWN, person));
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

const SHOWN = frequencyRecord('shown', 1);

/** A profile of which only the number of purchases is known. */
export function profileOf(purchases: number, more: Partial<Profile> = {}): Profile {
  const value = { recency: undefined, frequency: purchases, monetary: undefined, lifetime: undefined };
  return profileWith({ value, ...more });
}
