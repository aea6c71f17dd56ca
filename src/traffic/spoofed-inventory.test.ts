import { describe, expect, it } from 'vitest';
import type { BidRequest, Device, Inventory } from '../domain/bid-request.js';
import { spoofedInventory } from './spoofed-inventory.js';

const spoof = (inventory: Partial<Inventory>, device: Partial<Device> = {}) =>
  spoofedInventory({ inventory, device } as BidRequest);
const site = (domain: string | undefined, page: string | undefined) => spoof({ kind: 'site', domain, page });

describe('spoofed inventory', () => {
  it.each([
    ['news.example', 'https://www.fraud.test/page'],
    ['nytimes.com', 'https://nytimes.evil.test/'],
    ['bbc.co.uk', 'https://abc.co.uk/'],
  ])('is a site %s with a page at %s', (domain, page) => {
    expect(site(domain, page)).toBe('a page on another domain');
  });

  it.each([
    ['news.example', 'https://news.example/today'],
    ['news.example', 'https://www.News.example:443/today?from=https://fraud.test'],
    ['www.news.example', 'http://news.example'],
    ['news.example', 'https://news.example./today'],
    ['xn--nachrichten-mnchen-3ec.example', 'https://nachrichten-münchen.example/heute'],
    ['bbc.com', 'https://www.bbc.co.uk/sport'],
    ['news.example', 'https://news-example.cdn.ampproject.org/c/s/news.example/today'],
    ['news.example', 'https://tpc.googlesyndication.com/safeframe/1-0-40/html/container.html'],
    ['news.example', 'about:blank'],
    ['news.example', 'today.html'],
    ['news.example', undefined],
    [undefined, 'https://fraud.test/'],
  ])('is not a site %s with a page at %s', (domain, page) => {
    expect(site(domain, page)).toBeUndefined();
  });

  it.each<[string, Partial<Inventory>, Partial<Device>]>([
    ['an app of Apple’s store on Android', { bundle: '299948601' }, { os: 'Android', type: 4 }],
    ['an app of Apple’s store on Android', { bundle: 'id299948601' }, { os: 'android', type: 5 }],
    ['an app within a browser', {}, { type: 4, userAgent: 'Mozilla/5.0 (iPhone) CriOS/130.0 Mobile Safari' }],
  ])('is %s', (why, inventory, device) => {
    expect(spoof({ kind: 'app', ...inventory }, device)).toBe(why);
  });

  it.each<[string, Partial<Inventory>, Partial<Device>]>([
    ['an Android app', { bundle: 'example.pocket.trails' }, { os: 'Android', type: 4 }],
    ['an app of Amazon’s store', { bundle: 'b00example' }, { os: 'Android', type: 5 }],
    ['an iOS app by its number', { bundle: '299948601' }, { os: 'iOS', type: 4 }],
    ['an iOS app by its bundle', { bundle: 'example.pocket.trails' }, { os: 'iOS', type: 4 }],
    ['a channel of a television by its number', { bundle: '41468' }, { os: 'Android', type: 3 }],
    [
      'a web view',
      {},
      { type: 4, userAgent: 'Mozilla/5.0 (Linux; Android 14; wv) Version/4.0 Chrome/130.0' },
    ],
    [
      'a browser that sells its own pages',
      { bundle: 'com.opera.browser' },
      { type: 4, userAgent: 'OPR/84.0' },
    ],
  ])('is not %s', (_what, inventory, device) => {
    expect(spoof({ kind: 'app', ...inventory }, device)).toBeUndefined();
  });
});
