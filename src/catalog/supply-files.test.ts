import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Inventory } from '../domain/bid-request.js';
import { isListed } from '../domain/inventory-list.js';
import { aVisit } from '../../test/support/targeting-samples.js';
import { anyDomainKey, confidentialKey, sellerDomainKey, sellerKey } from '../domain/supply-policy.js';
import type { Finding } from './finding.js';
import { JsonListSplitter } from './json-list-splitter.js';
import { linesOf, piecesOf } from './read-lines.js';
import { keepSupplyFiles } from './supply-files.js';

interface Folder {
  readonly dir: string;
  readonly path: (file: string) => string;
  readonly save: (file: string, content: string | Uint8Array) => void;
}

function folder(): Folder {
  const dir = mkdtempSync(join(tmpdir(), 'narrowcast-supply-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const path = (file: string): string => join(dir, file);
  return {
    dir,
    path,
    save: (file, content) => {
      mkdirSync(dirname(path(file)), { recursive: true });
      writeFileSync(path(file), content);
    },
  };
}

async function look(files: Readonly<Record<string, string | Uint8Array>>) {
  const { dir, save } = folder();
  for (const [file, content] of Object.entries(files)) save(file, content);
  return keepSupplyFiles(dir).look();
}

function told(problems: readonly Finding[]): string[] {
  return problems.map(({ file, line, message }) => `${file}:${line} ${message}`);
}

describe('lines of a text file', () => {
  it('are the same whatever ends them and however they come in pieces', async () => {
    const { path, save } = folder();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ maxLength: 9, unit: fc.constantFrom('a', 'é', ' ') })),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.nat(3),
        async (lines, end, pad) => {
          // Enough for several pieces, and their ends anywhere.
          const all = [...Array.from({ length: 20_000 }, () => 'x'.repeat(pad + 4)), ...lines, 'z'];
          save('lines', all.join(end));
          const found: string[] = [];
          for await (const some of linesOf(path('lines'), 1e9)) found.push(...some);
          expect(found).toEqual(all);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('are refused when they are no UTF-8, or more than was allowed', async () => {
    const { path, save } = folder();
    const readAll = async (bytesMax: number): Promise<void> => {
      let characters = 0;
      for await (const piece of piecesOf(path('file'), bytesMax)) characters += piece.length;
      expect(characters).toBe(6);
    };
    save('file', Uint8Array.of(0x61, 0xff, 0x61));
    await expect(readAll(100)).rejects.toThrow('not UTF-8');
    save('file', 'abcdef');
    await expect(readAll(5)).rejects.toThrow('larger than 5 bytes');
    await expect(readAll(6)).resolves.toBeUndefined();
  });
});

describe('a list', () => {
  it('holds sites, apps and publishers, however they are written', async () => {
    const { files, problems } = await look({
      'lists/named.txt': [
        '\ufeff# what nobody wants',
        'Bad.Example   # the worst',
        'https://www.worse.example/path?x=1',
        '*.star.example.',
        'bücher.example',
        'com.Bad_App',
        '418987775',
        'publisher:Pub-7',
        'Publisher: generic/8',
        '',
      ].join('\r\n'),
    });
    expect(problems).toEqual([]);
    const list = files.lists.get('named');
    expect(list?.size).toBe(8);
    const isOn = (inventory: Partial<Inventory>): boolean | undefined =>
      list && isListed(list, aVisit({ inventory }).request.inventory, 'generic');
    const entries = [
      { domain: 'bad.example' },
      { domain: 'a.worse.example' },
      { domain: 'star.example' },
      { domain: 'xn--bcher-kva.example' },
      { bundle: 'com.bad_app' },
      { bundle: '418987775' },
      { publisherId: 'Pub-7' },
      { publisherId: '8' },
    ];
    expect(entries.map(isOn)).toEqual(entries.map(() => true));
    expect([{ domain: 'good.example' }, { publisherId: 'pub-7' }, { bundle: 'com.bad' }].map(isOn)).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('leaves out what cannot be read, and says where', async () => {
    const { files, problems } = await look({
      'lists/odd.txt': `good.example\ntwo words\npublisher:\n${'??\n'.repeat(20)}`,
    });
    expect(files.lists.get('odd')?.size).toBe(1);
    expect(told(problems).slice(0, 2)).toEqual([
      'lists/odd.txt:2 "two words" must be a domain, an app bundle or store number, or "publisher:" and an id; the line is left out',
      'lists/odd.txt:3 "publisher:" must be a domain, an app bundle or store number, or "publisher:" and an id; the line is left out',
    ]);
    expect(problems).toHaveLength(11);
    expect(problems.at(-1)?.message).toBe('and 12 other lines that cannot be read');
    expect(problems.every(({ severity }) => severity === 'warning')).toBe(true);
  });

  it('is refused when there is no room for it beside the others', async () => {
    const { dir, save } = folder();
    const supply = keepSupplyFiles(dir, 5);
    save('lists/a.txt', 'a.example\nb.example\nc.example');
    save('lists/b.txt', 'a.example\nb.example');
    expect((await supply.look()).problems).toEqual([]);
    save('lists/b.txt', 'a.example\nb.example\nc.example');
    const { files, problems } = await supply.look();
    expect(files.lists.get('b')?.size).toBe(2);
    expect(problems).toMatchObject([
      {
        file: 'lists/b.txt',
        message:
          'there is no room for its 3 entries and more; a list may have 10000000 entries, all lists together 20000000',
        consequence: 'the version that was read before keeps running',
      },
    ]);
    save('lists/a.txt', 'a.example');
    await supply.look();
    expect((await supply.look()).files.lists.get('b')?.size).toBe(3);
  });
});

describe('a list that is read again beside one that has grown', () => {
  it('does not lose its room to it', async () => {
    const { dir, save } = folder();
    const supply = keepSupplyFiles(dir, 5);
    save('lists/b.txt', 'a.example\nb.example\nc.example');
    save('lists/a.txt', 'a.example\nb.example');
    await supply.look();
    save('lists/a.txt', 'a.example\nb.example\nc.example');
    for (let i = 0; i < 100; i++) {
      const { files } = await supply.look();
      expect([files.lists.get('a')?.size, files.lists.get('b')?.size]).toEqual([2, 3]);
    }
  });
});

describe('files over time', () => {
  it('are taken over when they change, keep their last good version, and go when they go', async () => {
    const { dir, save, path } = folder();
    const supply = keepSupplyFiles(dir);
    save('lists/one.txt', 'a.example');
    const first = await supply.look();
    expect(await supply.look()).toEqual(first);
    expect((await supply.look()).files).toBe(first.files);

    save('lists/one.txt', 'b.example');
    const second = await supply.look();
    expect(second.files).not.toBe(first.files);
    expect([first, second].map(({ files }) => files.lists.get('one')?.has('a.example'))).toEqual([
      true,
      false,
    ]);

    save('lists/one.txt', Uint8Array.of(0xff));
    const third = await supply.look();
    expect(third.files).toBe(second.files);
    expect(third.problems).toMatchObject([
      {
        severity: 'error',
        file: 'lists/one.txt',
        consequence: 'the version that was read before keeps running',
      },
    ]);

    rmSync(path('lists/one.txt'));
    const last = await supply.look();
    expect([last.files.lists.size, last.problems]).toEqual([0, []]);
  });

  it('of the same content are the same, and are not read again when nothing happened', async () => {
    const { dir, save, path } = folder();
    save('lists/one.txt', 'a.example');
    utimesSync(path('lists/one.txt'), 1_000, 1_000);
    const supply = keepSupplyFiles(dir);
    const { files } = await supply.look();
    save('lists/one.txt', 'a.example # a comment');
    expect((await supply.look()).files).toBe(files);
  });

  it('of a large size are read while the former version is in use', async () => {
    const { dir, save } = folder();
    const supply = keepSupplyFiles(dir);
    save('lists/one.txt', 'a.example');
    const first = await supply.look();
    save('lists/one.txt', Array.from({ length: 100_000 }, (_, i) => `site-${i}.example`).join('\n'));
    expect((await supply.look()).files).toBe(first.files);
    await expect.poll(async () => (await supply.look()).files.lists.get('one')?.size).toBe(100_000);
  });

  it('that do not belong there are told', async () => {
    const { problems } = await look({
      'lists/a.csv': 'x',
      'lists/b.txt~': 'x',
      'taxonomies/odd.tsv': '1\t',
      'lists/ok.txt': '',
    });
    expect(told(problems)).toEqual([
      'lists/a.csv:0 this is not looked at: only files right in this folder whose names end in .txt (small letters) are',
      'taxonomies/odd.tsv:0 there is no taxonomy of that name; the file must be called one of content-2.0, ad-product-1.0, content-2.1, content-2.2, content-3.0, ad-product-2.0, content-3.1',
    ]);
  });
});

describe('findings', () => {
  it('are told up to a hundred a folder, errors first, and counted', async () => {
    const odd = Array.from({ length: 30 }, (_, i) => [
      `supply/ads-txt/s${i + 10}.example.txt`,
      'exchange.example, 1, DIRECT\nodd\nodder\noddest\noddly\n',
    ]);
    const { problems } = await look({
      ...Object.fromEntries(odd),
      'supply/ads-txt/z.example.txt': 'nothing',
    });
    expect(problems).toHaveLength(101);
    expect(problems[0]).toMatchObject({ severity: 'error', file: 'supply/ads-txt/z.example.txt' });
    expect(problems.at(-1)).toMatchObject({
      severity: 'warning',
      file: 'supply/ads-txt',
      message: 'and 21 other findings in this folder',
    });
  });
});

describe('a taxonomy', () => {
  it('is read as it is published, circles and headings included', async () => {
    const { files, problems } = await look({
      'taxonomies/content-3.0.tsv': [
        'Relational ID System\t\t\tTiers',
        'Unique ID\tParent\tName',
        '150\t\tAttractions',
        'jlbcu7\t150\tEntertainment',
        '324\tJLBCU7\tMovies',
        '1000\t1000\tRisk',
        'a\tb',
        'b\ta',
      ].join('\r\n'),
    });
    expect(problems).toEqual([]);
    expect(files.taxonomies).toEqual(
      new Map([
        [
          7,
          new Map([
            ['150', []],
            ['JLBCU7', ['150']],
            ['324', ['JLBCU7', '150']],
            ['1000', []],
            ['A', ['B']],
            ['B', ['A']],
          ]),
        ],
      ]),
    );
  });

  it('without any category is no taxonomy', async () => {
    const { files, problems } = await look({ 'taxonomies/content-3.1.tsv': 'Unique ID, Parent' });
    expect([files.taxonomies.size, problems.map(({ severity }) => severity)]).toEqual([0, ['error']]);
  });
});

describe('an ads.txt', () => {
  it('is read as the specification has it, whatever its case', async () => {
    const { files, problems } = await look({
      'supply/ads-txt/news.example.txt': [
        '\ufeff# ads.txt of news.example',
        'Exchange.Example , 4381 , direct , abc # comment',
        'other.example, PUB-1, Reseller;ext=1',
        'OwnerDomain = Owner.example',
        'OWNERDOMAIN=second.example',
        'MANAGERDOMAIN=manager.example, DE',
        'inventoryPartnerDomain=partner.example',
        'subdomain = shop.news.example',
        'contact=ads@news.example',
      ].join('\r\n'),
      'supply/app-ads-txt/com.game.txt': 'exchange.example,1,DIRECT',
    });
    expect(problems).toEqual([]);
    const file = files.adsTxt.get('news.example');
    expect(file).toMatchObject({
      partners: ['partner.example'],
      subdomains: ['shop.news.example'],
      ownerDomain: 'owner.example',
    });
    expect(file?.sellers.size).toBe(2);
    expect(file?.sellers.has(sellerKey('exchange.example', '4381'))).toBe(true);
    expect(file?.sellers.has(sellerKey('other.example', 'PUB-1'))).toBe(true);
    expect(file?.sellers.has(sellerKey('other.example', 'pub-1'))).toBe(false);
    expect(files.appAdsTxt.get('com.game')?.sellers.size).toBe(1);
  });

  it('counts as absent without a record, and tells its odd lines', async () => {
    const { files, problems } = await look({
      'supply/ads-txt/a.example.txt': '<html>not found</html>',
      'supply/ads-txt/b.example.txt': 'exchange.example, 1, DIRECT\nexchange.example, 2, OWNER\n',
    });
    expect([...files.adsTxt.keys()]).toEqual(['b.example']);
    expect(told(problems)).toEqual([
      'supply/ads-txt/a.example.txt:0 there is no record such as "exchange.example, 4381, DIRECT" in it, so it counts as absent',
      'supply/ads-txt/b.example.txt:2 "exchange.example, 2, OWNER" is no record such as "exchange.example, 4381, DIRECT"',
    ]);
  });
});

describe('a sellers.json', () => {
  it('is read seller by seller', async () => {
    const content = {
      contact_email: 'x@exchange.example',
      identifiers: [{ name: 'TAG-ID', value: '[{"' }],
      sellers: [
        {
          seller_id: '1',
          seller_type: 'publisher',
          name: 'News {"',
          domain: 'News.example',
          ext: { a: [{}] },
        },
        { seller_id: 2, seller_type: 'INTERMEDIARY', domain: 'reseller.example' },
        { seller_id: '3', seller_type: 'PUBLISHER', is_confidential: 1 },
        { name: 'no id' },
      ],
      version: '1.0',
    };
    const text = JSON.stringify(content, null, 1);
    const line = text.slice(0, text.lastIndexOf('{')).split('\n').length;
    const { files, problems } = await look({ 'supply/sellers/exchange.example.json': text });
    expect(told(problems)).toEqual([
      `supply/sellers/exchange.example.json:${line} "{ \\"name\\": \\"no id\\" }" is no seller with a seller_id and a seller_type; it is left out`,
    ]);
    const sellers = files.sellers.get('exchange.example')?.sellers;
    const known = [
      '1',
      sellerDomainKey('1', 'news.example'),
      '2',
      anyDomainKey('2'),
      '3',
      anyDomainKey('3'),
      confidentialKey('3'),
    ];
    expect(known.map((key) => sellers?.has(key))).toEqual(known.map(() => true));
    expect(sellers?.size).toBe(known.length);
  });

  it.each([
    ['{"sellers": [{"seller_id": "1"', 'the file ends before its JSON does'],
    ['{"sellers": {}}', 'there is no list "sellers" in it'],
    ['[]', 'line 1 begins with "[" where "{" belongs'],
    ['', 'there is no list "sellers" in it'],
  ])('%j is none', async (content, message) => {
    const { files, problems } = await look({ 'supply/sellers/exchange.example.json': content });
    expect([files.sellers.size, problems.map((each) => each.message)]).toEqual([0, [message]]);
  });

  it('is cut into the objects that a parser finds, however it comes in pieces', () => {
    const json = fc.json({ maxDepth: 2 }).map((text) => JSON.parse(text) as unknown);
    const objects = fc.array(fc.dictionary(fc.string({ maxLength: 4 }), json), { maxLength: 4 });
    fc.assert(
      fc.property(
        objects,
        fc.dictionary(fc.string({ maxLength: 4 }), json),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        (sellers, around, length, isWide) => {
          const { sellers: _own, ...others } = around;
          const text = JSON.stringify({ ...others, sellers, z: [{}] }, null, isWide ? 1 : 0);
          const splitter = new JsonListSplitter('sellers');
          const found: unknown[] = [];
          for (let i = 0; i < text.length; i += length) {
            for (const object of splitter.push(text.slice(i, i + length)))
              found.push(JSON.parse(object.text));
          }
          expect(splitter.end()).toBeUndefined();
          expect(found).toEqual(JSON.parse(JSON.stringify(sellers)));
        },
      ),
    );
  });
});
