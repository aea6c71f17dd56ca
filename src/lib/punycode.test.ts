import { domainToASCII, domainToUnicode } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unicodeHost } from './punycode.js';

describe('host names in Punycode', () => {
  it.each([
    'bücher.example',
    'müller-straße.example',
    '例え.テスト',
    'пример.рф',
    'a.faß.example',
    '马拉松.example',
  ])('reads %s', (host) => {
    expect(unicodeHost(domainToASCII(host))).toBe(domainToUnicode(domainToASCII(host)));
  });

  it('reads what the system reads', () => {
    const label = fc.string({
      minLength: 1,
      maxLength: 12,
      unit: fc.constantFrom('a', 'z', '0', 'é', 'я', '例', '𠀀'),
    });
    fc.assert(
      fc.property(label, (text) => {
        const host = domainToASCII(`${text}.example`);
        fc.pre(host !== '');
        expect(unicodeHost(host)).toBe(domainToUnicode(host));
      }),
    );
  });

  it('leaves plain names and what is no Punycode alone, and never throws', () => {
    expect(unicodeHost('acme.example')).toBe('acme.example');
    expect(unicodeHost('xn--é.example')).toBe('xn--é.example');
    fc.assert(
      fc.property(fc.string({ maxLength: 40, unit: fc.constantFrom('a', 'z', '9', '-', '.') }), (text) => {
        expect(typeof unicodeHost(`xn--${text}`)).toBe('string');
      }),
    );
  });
});
