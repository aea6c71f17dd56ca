import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCookies } from './cookie.js';

const key = (id: string) => ({ id, secret: Buffer.from(`secret of 32 bytes and more, ${id}`) });
const cookies = createCookies([key('new'), key('old')]);
const pairOf = (setCookie: string): string => setCookie.split(';')[0] ?? '';

describe('our cookie', () => {
  it('is found among others as it was set, signed with any key of the ring', () => {
    const anyOther = fc.stringMatching(/^[\w-]{1,8}=[^;]{0,20}$/).filter((pair) => !pair.startsWith('nc='));
    fc.assert(
      fc.property(
        fc.constantFrom('new', 'old'),
        fc.array(anyOther),
        fc.array(anyOther),
        (name, before, after) => {
          const id = cookies.newId();
          const pair = pairOf(createCookies([key(name)]).setId(id));
          expect(cookies.read([...before, pair, ...after].join('; '))).toEqual({ kind: 'id', id });
        },
      ),
    );
  });

  it('is not believed when somebody else signed it, or nobody did', () => {
    const id = cookies.newId();
    const pair = pairOf(cookies.setId(id));
    const other = pairOf(cookies.setId(cookies.newId()));
    const forged = [
      `nc=${id}`,
      `nc=${id}.`,
      `nc=${id}.${other.slice(-16)}`,
      `${pair}x`,
      pairOf(createCookies([key('foreign')]).setId(id)),
      'nc=c-81f3',
      'nc=//evil.example',
      '',
      'nc',
      `${'other=1; '.repeat(1_000)}${pair}`,
    ];
    for (const header of forged) expect(cookies.read(header), header).toEqual({ kind: 'none' });
  });

  it.each(['nc=optout', 'nc=bad!; nc=optout', `${pairOf(cookies.setId(cookies.newId()))};nc=optout`])(
    'is not wanted where any of several says so: %s',
    (header) => {
      expect(cookies.read(header)).toEqual({ kind: 'opted-out' });
    },
  );

  it('is sent from pages of others, over https, and read by no script', () => {
    expect(cookies.setId('a'.repeat(22))).toMatch(
      /^nc=a{22}\.[\w-]{16}; Path=\/; Max-Age=15552000; Secure; HttpOnly; SameSite=None$/,
    );
    expect(cookies.setOptedOut).toContain('nc=optout; Path=/; Max-Age=34560000;');
  });
});
