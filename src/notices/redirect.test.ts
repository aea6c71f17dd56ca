import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { locationOf } from './redirect.js';

const BID = 'hu_glQJa-1';

describe('where a click leads', () => {
  it.each([
    ['https://acme.example/trail?a=1#top', 'https://acme.example/trail?a=1#top'],
    ['http://acme.example', 'http://acme.example/'],
    ['HTTPS://acme.example/', 'https://acme.example/'],
    ['https://bücher.example/weiß?q=ö', 'https://xn--bcher-kva.example/wei%C3%9F?q=%C3%B6'],
    ['https://acme.example/a%0d%0aset-cookie:%20x', 'https://acme.example/a%0d%0aset-cookie:%20x'],
    ['https://acme.example/?to=https://evil.example/', 'https://acme.example/?to=https://evil.example/'],
  ])('%j is written as %j', (landing, location) => {
    expect(locationOf(landing, BID)).toBe(location);
  });

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'file:///etc/passwd',
    'ftp://acme.example/',
    '//evil.example/',
    '/local',
    '',
    'https://',
    'https:evil.example',
    'https:/evil.example',
    'https:\\\\evil.example',
    'https://acme.example\\@evil.example/',
    'https://acme.example@evil.example/',
    'https://user:secret@acme.example/',
    ' https://acme.example/',
    'https://acme.example/\r\nlocation: https://evil.example/',
    'https://acme.example/\u0000',
    'ht\ttps://acme.example/',
    '\u0001https://acme.example/',
  ])('%j leads nowhere, signed or not', (landing) => {
    expect(locationOf(landing, BID)).toBeUndefined();
  });

  it('has the click id in place of the macro, wherever it stands, and nothing else changed', () => {
    expect(locationOf('https://acme.example/${CLICK_ID}/?click=${CLICK_ID}&x=${OTHER}', BID)).toBe(
      `https://acme.example/${BID}/?click=${BID}&x=\${OTHER}`,
    );
    expect(locationOf('https://acme.example/?click=${CLICK_ID}', 'a&b=c/../#')).toBe(
      'https://acme.example/?click=a%26b%3Dc%2F..%2F%23',
    );
  });

  it('is always visible ASCII on the host that was signed', () => {
    const anyLanding = fc.oneof(fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.string());
    fc.assert(
      fc.property(anyLanding, fc.string({ unit: 'grapheme' }), (landing, bidId) => {
        const location = locationOf(`${landing}?click=\${CLICK_ID}`, bidId);
        if (location === undefined) return;
        expect(location).toMatch(/^https?:\/\/[!-~]+$/);
        expect(new URL(location).host).toBe(new URL(landing).host);
      }),
    );
  });
});
