import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { campaignWith } from '../../test/support/campaign-file.js';
import { configFolder } from '../../test/support/config-folder.js';
import type { Json } from '../../test/support/merge.js';
import { sellerKey, SUPPLY_DEFAULT, type SupplyPolicy } from '../domain/supply-policy.js';
import { checkConfig } from './check.js';
import { createCatalogLoader } from './load.js';

function supplyFolder() {
  const folder = configFolder();
  const put = (file: string, content: Json): void => {
    mkdirSync(dirname(folder.path(file)), { recursive: true });
    writeFileSync(
      folder.path(file),
      typeof content === 'string' ? content : JSON.stringify(content, null, 2),
    );
  };
  const loader = createCatalogLoader({ configDir: folder.configDir });
  return { ...folder, put, loader };
}

async function policyOf(content: Json): Promise<SupplyPolicy> {
  const { put, loader } = supplyFolder();
  put('lists/bad.txt', 'bad.example');
  put('supply.json', content);
  const { catalog, problems } = await loader.load();
  expect(problems).toEqual([]);
  return catalog.supply;
}

async function told(content: Json): Promise<string[]> {
  const { put, configDir } = supplyFolder();
  put('lists/bad.txt', 'bad.example');
  put('supply.json', content);
  const { findings } = await checkConfig({ configDir });
  return findings
    .filter(({ file }) => file === 'supply.json')
    .map(({ severity, line, message }) => `${severity} ${line}: ${message}`);
}

describe('the supply policy', () => {
  it('is off without a file, and with one that says nothing', async () => {
    expect((await supplyFolder().loader.load()).catalog.supply).toEqual(SUPPLY_DEFAULT);
    const { files: _files, ...settings } = await policyOf({});
    const { files: _none, ...byDefault } = SUPPLY_DEFAULT;
    expect(settings).toEqual(byDefault);
  });

  it('means what it says', async () => {
    const policy = await policyOf({
      block: { lists: ['bad'] },
      allowOnly: { mode: 'dry-run', lists: ['bad'] },
      supplyChain: {
        need: 'required',
        nodesMax: 3,
        blockedSystems: ['Bad.Example'],
        blockedSellers: [{ system: 'mixed.example', seller: '7' }],
      },
      adsTxt: { need: 'required', mode: 'off' },
      sellersJson: { confidential: 'refuse' },
      exchanges: { generic: { adsTxt: 'on', block: 'off' } },
    });
    const modes = { block: 'on', allowOnly: 'dry-run', supplyChain: 'on', adsTxt: 'off', sellersJson: 'on' };
    expect(policy).toMatchObject({
      modes,
      listsBlocked: ['bad'],
      listsAllowed: ['bad'],
      supplyChain: {
        required: true,
        nodesMax: 3,
        systemsBlocked: new Set(['bad.example']),
        sellersBlocked: new Set([sellerKey('mixed.example', '7')]),
      },
      adsTxtRequired: true,
      sellersRequired: false,
      confidentialTaken: false,
      exchanges: new Map([['generic', { ...modes, adsTxt: 'on', block: 'off' }]]),
    });
    expect(policy.files.lists.get('bad')?.has('bad.example')).toBe(true);
  });

  it.each<[string, Json, string]>([
    ['a mode', { adsTxt: { mode: 'yes' } }, 'adsTxt.mode is "yes" but must be one of off, dry-run, on'],
    ['no list', { block: {} }, 'block.lists is missing: it must be a list of names such as ["brand-unsafe"]'],
    [
      'an exception without a rule',
      { exchanges: { generic: { adsTxt: 'on' } } },
      'exchanges.generic.adsTxt switches adsTxt, of which this file says nothing else; add "adsTxt" to the file',
    ],
    [
      'a list that is not there',
      { block: { lists: ['bad', 'bda'] } },
      'block.lists[1] is "bda", but lists/bda.txt does not exist or cannot be read; the lists there are: bad',
    ],
    [
      'an exchange that is not there',
      { block: { lists: ['bad'] }, exchanges: { north: { block: 'off' } } },
      'exchanges.north speaks of an exchange that is not there; exchanges/north.json does not exist',
    ],
  ])('is told what is wrong with it: %s', async (_about, content, message) => {
    expect(await told(content)).toEqual([expect.stringContaining(message)]);
  });

  it('is the same object as long as it says the same, and another one with other files', async () => {
    const { put, loader } = supplyFolder();
    put('lists/bad.txt', 'bad.example');
    put('supply.json', { block: { lists: ['bad'] } });
    const first = (await loader.load()).catalog;
    expect((await loader.load()).catalog).toBe(first);
    put('lists/bad.txt', 'worse.example');
    const second = (await loader.load()).catalog;
    expect(second.version).toBe(first.version + 1);
    expect(second.supply.files.lists.get('bad')?.has('worse.example')).toBe(true);
  });

  it('says that nothing is bought while a blocked list is missing', async () => {
    const { put, path, loader } = supplyFolder();
    put('lists/bad.txt', 'bad.example');
    put('supply.json', { block: { lists: ['bad'] } });
    expect((await loader.load()).problems).toEqual([]);
    rmSync(path('lists/bad.txt'));
    expect((await loader.load()).problems).toMatchObject([
      {
        severity: 'error',
        file: 'supply.json',
        line: 4,
        consequence: 'nothing at all is bought until it is there',
      },
    ]);
  });
});

describe('a list that a line item names', () => {
  const PATH = ['lineItems', 0, 'targeting', 'inventory', 'lists'];

  it.each([{ anyOf: ['premuim'] }, { noneOf: ['premuim'] }])('has to be there: %j', async (wish) => {
    const { configDir, save, put } = supplyFolder();
    put('lists/premium.txt', 'news.example');
    save('campaigns/trail.json', campaignWith(PATH, wish));
    const { findings } = await checkConfig({ configDir });
    const errors = findings.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /lists\.(any|none)Of\[0\] is "premuim", but lists\/premuim\.txt does not exist or cannot be read; did you mean "premium"\?/,
      ),
    ]);
  });

  it('is found when it comes later', async () => {
    const { save, put, loader } = supplyFolder();
    save('campaigns/trail.json', campaignWith(PATH, ['premium']));
    expect((await loader.load()).catalog.campaigns).toHaveLength(0);
    put('lists/premium.txt', 'news.example');
    expect((await loader.load()).catalog.campaigns).toHaveLength(1);
  });
});
