import { createHmac, hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { profileKeyText, type ProfileKey } from '../domain/profile.js';
import { changeNameOfLink, KeyRing, profileNameOfLink } from './keys.js';
import { slotOf } from './slot.js';

const NEW = { id: 'new', secret: Buffer.alloc(32, 1) };
const OLD = { id: 'old', secret: Buffer.alloc(32, 2) };
const ring = new KeyRing([NEW, OLD]);

describe('names in Redis', () => {
  it('hold the keyed hash of the key, cut to 128 bits', () => {
    const anyKey: fc.Arbitrary<ProfileKey> = fc.oneof(
      fc.record({
        kind: fc.constant('cookie' as const),
        id: fc.string({ unit: 'grapheme', maxLength: 300 }),
      }),
      fc.record({ kind: fc.constant('ip' as const), prefix: fc.string() }),
      fc.record({ kind: fc.constant('user' as const), exchange: fc.string(), id: fc.string() }),
    );
    fc.assert(
      fc.property(anyKey, (key) => {
        const expected = [NEW, OLD].map(({ secret }) => {
          const derived = Buffer.from(
            hkdfSync('sha256', secret, '', 'narrowcast profile name, layout 1', 32),
          );
          const hash = createHmac('sha256', derived).update(profileKeyText(key)).digest();
          return hash.subarray(0, 16).toString('base64url');
        });
        expect(ring.namesOf(key).changes).toEqual(expected);
      }),
    );
  });

  it('lie in one slot for one key, and say nothing of who it is', () => {
    const { profile, frequency, linksTo, link } = ring.namesOf({ kind: 'cookie', id: 'c-1' });
    expect(link).toEqual([]);
    for (const [i, name] of profile.entries()) {
      expect(slotOf(frequency[i] as string)).toBe(slotOf(name));
      expect(slotOf(linksTo[i] as string)).toBe(slotOf(name));
      expect(name).not.toContain('c-1');
    }
  });

  it('show an exchange only by a name that needs no thought', () => {
    const nameOf = (exchange: string) => ring.namesOf({ kind: 'user', exchange, id: 'u' }).link[0];
    expect(nameOf('generic')).toMatch(/^nc:\{x:generic:[\w-]{22}\}$/);
    for (const exchange of ['', 'a}b', 'a:b', 'a\nb', 'x'.repeat(65)]) {
      expect(nameOf(exchange)).toMatch(/^nc:\{x:~:[\w-]{22}\}$/);
    }
    expect(nameOf('a:b')).not.toBe(nameOf('a:c'));
  });

  it('of a link lead to the profile and the changes of its user id', () => {
    const names = ring.namesOf({ kind: 'user', exchange: 'generic', id: 'u' });
    expect(names.link.map(profileNameOfLink)).toEqual(names.profile);
    expect(names.link.map(changeNameOfLink)).toEqual(names.changes);
  });
});

describe('a sealed cookie', () => {
  it('is opened by every ring that holds the secret, and looks different each time', () => {
    const sealed = new KeyRing([OLD]).sealCookie('c-ü');
    expect(ring.openCookie(sealed)).toBe('c-ü');
    expect(sealed.toString('latin1')).not.toContain('c-');
    expect(new KeyRing([OLD]).sealCookie('c-ü')).not.toEqual(sealed);
    expect(new KeyRing([NEW]).openCookie(sealed)).toBeUndefined();
  });

  it('is not opened once a bit is another one, or when it is something else', () => {
    const sealed = ring.sealCookie('c-1');
    for (let i = 0; i < sealed.length * 8; i++) {
      const forged = Buffer.from(sealed);
      forged[i >> 3] = (forged[i >> 3] as number) ^ (1 << (i & 7));
      expect(ring.openCookie(forged)).toBeUndefined();
    }
    for (const length of [0, 1, 28, 29, 10_000]) {
      expect(ring.openCookie(Buffer.alloc(length))).toBeUndefined();
    }
  });
});
