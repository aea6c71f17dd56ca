import { mkdirSync, rmSync, utimesSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configFolder } from '../../test/support/config-folder.js';
import { TRAFFIC_DEFAULT } from '../domain/traffic-policy.js';
import { newIpWords, readIpWords } from '../lib/ip-words.js';
import { createCatalogLoader } from './load.js';

const LIST = 'lists/clouds.cidr';

function folderWith(traffic: object) {
  const folder = configFolder();
  mkdirSync(folder.path('lists'));
  folder.save('traffic.json', JSON.stringify(traffic));
  let saves = 0;
  const saveList = (text: string): void => {
    folder.save(LIST, text);
    // Each save a minute later, so that no two look alike.
    const seconds = 1_700_000_000 + 60 * saves++;
    utimesSync(folder.path(LIST), seconds, seconds);
  };
  return { ...folder, saveList, loader: createCatalogLoader(folder) };
}

const words = newIpWords();

async function loaded({ loader }: Pick<ReturnType<typeof folderWith>, 'loader'>) {
  const { catalog, problems } = await loader.load();
  const lists = catalog.traffic.addressLists;
  const has = (address: string) =>
    readIpWords(address, words) && lists.some(({ networks }) => networks.has(words));
  return { catalog, has, problems };
}

const NAMED = { addressLists: [{ file: LIST }] };

describe('the lists of traffic.json', () => {
  it('are read, and read again when they change; the catalogue stays the same while they do not', async () => {
    const folder = folderWith(NAMED);
    folder.saveList('203.0.113.0/24');
    const first = await loaded(folder);
    expect(first.problems).toEqual([]);
    expect(first.has('203.0.113.1')).toBe(true);
    expect((await loaded(folder)).catalog).toBe(first.catalog);
    folder.saveList('203.0.113.0/24');
    expect((await loaded(folder)).catalog).toBe(first.catalog);
    folder.saveList('198.51.100.0/24');
    const second = await loaded(folder);
    expect(second.catalog.version).toBe(first.catalog.version + 1);
    expect(['203.0.113.1', '198.51.100.1'].map(second.has)).toEqual([false, true]);
  });

  it('keep their last good version, which is told, also over a restart', async () => {
    const folder = folderWith(NAMED);
    folder.saveList('203.0.113.0/24');
    await loaded(folder);
    folder.saveList('203.0.113.0/24\nnonsense');
    for (const loader of [folder.loader, createCatalogLoader(folder)]) {
      const { has, problems } = await loaded({ loader });
      expect(has('203.0.113.1')).toBe(true);
      expect(problems).toMatchObject([
        { file: LIST, line: 2, consequence: 'the version of 2023-11-14 22:13 UTC keeps running' },
      ]);
    }
    rmSync(folder.path(LIST));
    const { has, problems } = await loaded(folder);
    expect(has('203.0.113.1')).toBe(true);
    expect(problems).toMatchObject([{ file: LIST, message: 'the file is missing' }]);
  });

  it('that were never readable refuse nobody, and say so', async () => {
    const folder = folderWith(NAMED);
    const { catalog, problems } = await loaded(folder);
    expect(catalog.traffic.addressLists).toEqual([]);
    expect(problems).toMatchObject([
      { file: LIST, message: 'the file is missing', consequence: 'nothing of this file is in use' },
    ]);
    folder.saveList('203.0.113.0/24');
    expect((await loaded(folder)).has('203.0.113.1')).toBe(true);
  });

  it('are forgotten when they are no longer named', async () => {
    const folder = folderWith(NAMED);
    folder.saveList('203.0.113.0/24');
    await loaded(folder);
    folder.save('traffic.json', {});
    expect((await loaded(folder)).catalog.traffic.addressLists).toEqual([]);
    rmSync(folder.path(LIST));
    folder.save('traffic.json', JSON.stringify(NAMED));
    expect((await loaded(folder)).has('203.0.113.1')).toBe(false);
  });
});

describe('traffic.json', () => {
  it('of nothing is the policy that holds without it', async () => {
    const { catalog } = await loaded(folderWith({}));
    expect(catalog.traffic).toEqual(TRAFFIC_DEFAULT);
  });

  it('sets what it names', async () => {
    const { catalog, problems } = await loaded(
      folderWith({
        crawlers: { mode: 'dry-run', more: ['ExampleBot/'] },
        impossibleDevices: { mode: 'on' },
        spoofedInventory: { mode: 'off' },
        rates: { mode: 'on', perAddress: 7, perUser: 3 },
        duplicates: { mode: 'on', withinSeconds: 5 },
        unknownUsers: { mode: 'on' },
        clicks: {
          tooSoonAfterBid: { mode: 'off', milliseconds: 500 },
          tooSoonAfterImpression: { mode: 'on', milliseconds: 200 },
          repeated: { mode: 'dry-run', seconds: 2 },
          withoutImpression: { mode: 'on' },
          floods: { mode: 'on', perAddress: 9, perUser: 4 },
        },
        ownProxies: ['10.0.0.0/8'],
        notifyingServers: ['203.0.113.9'],
      }),
    );
    expect(problems).toEqual([]);
    const { traffic } = catalog;
    expect(traffic).toMatchObject({
      crawlers: 'dry-run',
      impossibleDevices: 'on',
      spoofedInventory: 'off',
      rates: { mode: 'on', perAddressMax: 7, perUserMax: 3 },
      duplicates: { mode: 'on', withinMs: 5_000 },
      unknownUsers: 'on',
      clicks: {
        tooSoonAfterBid: { mode: 'off', withinMs: 500 },
        tooSoonAfterImpression: { mode: 'on', withinMs: 200 },
        repeated: { mode: 'dry-run', withinMs: 2_000 },
        withoutImpression: 'on',
        floods: { mode: 'on', perAddressMax: 9, perUserMax: 4 },
      },
    });
    expect(traffic.crawlerWords.find('an examplebot/1.0')).toBe('examplebot/');
    expect(traffic.crawlerWords.find('Googlebot/2.1')).toBe('googlebot');
    expect([traffic.ownProxies.size, traffic.notifyingServers.size]).toEqual([1, 1]);
  });

  it.each([
    [{ crawlers: { mode: 'no' } }, 'crawlers.mode is "no" but must be one of off, dry-run, on'],
    [
      { crawlers: { more: ['Chrome'] } },
      'crawlers.more[0] is "Chrome" but must be a word that stands in the user agents of crawlers only, and not in those of browsers',
    ],
    [
      { crawlers: { more: ['bot'] } },
      'crawlers.more[0] is "bot" but must be at least 5 visible ASCII characters of a user agent, such as "examplebot/"',
    ],
    [
      { addressLists: [{ file: '../secret.cidr' }] },
      'addressLists[0].file is "../secret.cidr" but must be a file in the folder lists, such as "lists/datacentres.cidr"',
    ],
    [
      { rates: { perAddress: 0 } },
      'rates.perAddress is 0 but must be a whole number a minute, such as 600 (at least 1)',
    ],
    [
      { ownProxies: ['proxy.example'] },
      'ownProxies[0] is "proxy.example" but must be an address or a network such as "203.0.113.0/24"',
    ],
    [{ duplicate: {} }, 'duplicate is not a setting that exists here; did you mean "duplicates"?'],
  ])('%j is refused in words', async (traffic, message) => {
    const { problems, catalog } = await loaded(folderWith(traffic));
    expect(problems.map((problem) => problem.message)).toEqual([message]);
    expect(catalog.traffic).toEqual(TRAFFIC_DEFAULT);
  });
});
