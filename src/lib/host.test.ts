import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostOf, listedDomain } from './host.js';

describe('hostOf', () => {
  it.each([
    ['https://www.news.example/sport?x=1', 'www.news.example'],
    ['http://News.Example:8080', 'news.example'],
    ['https://user:pass@news.example/', 'news.example'],
    ['https://a@b@news.example/', 'news.example'],
    ['//news.example/path', 'news.example'],
    ['news.example', 'news.example'],
    ['NEWS.example.', 'news.example'],
    ['news.example/path@evil.example', 'news.example'],
    ['news.example/redirect?to=https://other.example', 'news.example'],
    ['news.example?to=https://other.example', 'news.example'],
    [' news.example ', 'news.example'],
    ['http://[2001:db8::1]:8080/x', '[2001:db8::1]'],
    ['https://evil.example\\@news.example', 'evil.example'],
    ['android-app://com.example.app/', 'com.example.app'],
  ])('finds the host of %s', (text, host) => {
    expect(hostOf(text)).toBe(host);
  });

  it.each(['', 'https://', '///', '?x', `https://${'a'.repeat(300)}.example`])('finds none in %j', (text) => {
    expect(hostOf(text)).toBeUndefined();
  });

  it('agrees with the URL class on every web address', () => {
    fc.assert(
      fc.property(
        fc.webUrl({ withQueryParameters: true, withFragments: true, authoritySettings: { withPort: true } }),
        (url) => {
          expect(hostOf(url)).toBe(new URL(url).hostname);
        },
      ),
    );
  });
});

describe('listedDomain', () => {
  it.each([
    ['shop.acme.example', 'shop.acme.example'],
    ['Shop.ACME.example', 'shop.acme.example'],
    ['.acme.example', 'acme.example'],
    ['*.acme.example', 'acme.example'],
    ['*acme.example', 'acme.example'],
    ['www.acme.example', 'acme.example'],
    ['*.www.acme.example', 'acme.example'],
    ['acme.example.', 'acme.example'],
    [' acme.example\t', 'acme.example'],
    ['https://www.acme.example:8443/shop?x=1', 'acme.example'],
    ['acme.example/shop', 'acme.example'],
    ['bücher.example', 'bücher.example'],
    ['*.com', 'com'],
    ['www.com', 'www.com'],
    ['www.', 'www'],
    ['', undefined],
    ['*', undefined],
    ['...', undefined],
    ['/', undefined],
    ['a'.repeat(300), undefined],
  ])('reads %j as %j', (text, domain) => {
    expect(listedDomain(text)).toBe(domain);
  });
});
