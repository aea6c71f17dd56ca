import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cookieHeader, OPTED_OUT, readCookie } from './cookie.js';

describe('our cookie', () => {
  it('is found among others as it was set', () => {
    const anyId = fc.stringMatching(/^[\w-]{1,64}$/);
    const anyOther = fc.stringMatching(/^[\w-]{1,8}=[^;]{0,20}$/).filter((pair) => !pair.startsWith('nc='));
    fc.assert(
      fc.property(anyId, fc.array(anyOther), fc.array(anyOther), (id, before, after) => {
        const [pair = ''] = cookieHeader(id).split(';');
        expect(readCookie([...before, pair, ...after].join('; '))).toBe(id);
      }),
    );
  });

  it.each([
    '',
    'nc',
    'nc=',
    'nc2=a; xnc=b',
    'nc=a b',
    'nc="quoted"',
    'nc=//evil.example',
    'nc=a\r\nSet-Cookie: b',
    'nc=ü',
    `nc=${'x'.repeat(65)}`,
    `${'other=1; '.repeat(1_000)}nc=a`,
  ])('is none in %j', (header) => {
    expect(readCookie(header)).toBeUndefined();
  });

  it('lives as long as a link, and longer where it says that none is wanted', () => {
    expect(cookieHeader('a-1')).toBe('nc=a-1; Path=/; Max-Age=15552000; Secure; HttpOnly; SameSite=None');
    expect(cookieHeader(OPTED_OUT)).toContain('Max-Age=34560000;');
  });
});
