import { beforeEach, describe, expect, it } from 'vitest';
import { textSetOf } from '../../test/support/text-set-of.js';
import { aVisit } from '../../test/support/targeting-samples.js';
import type { BidRequest, Inventory, SupplyChain } from '../domain/bid-request.js';
import type { Exchange } from '../domain/catalog.js';
import {
  anyDomainKey,
  confidentialKey,
  sellerDomainKey,
  sellerKey,
  SUPPLY_CHECKS,
  SUPPLY_DEFAULT,
  SUPPLY_RULES,
  type AdsTxt,
  type SupplyCheck,
  type SupplyFiles,
  type SupplyPolicy,
  type SupplyRule,
} from '../domain/supply-policy.js';
import { createSupplyGate } from './gate.js';

const counted: string[] = [];
const gate = createSupplyGate({ supplyRefused: (rule, mode) => counted.push(`${rule} ${mode}`) });
beforeEach(() => {
  counted.length = 0;
});

function exchange(adsTxtDomain?: string): Exchange {
  return { id: 'generic', adsTxtDomain } as Exchange;
}

function request(inventory: Partial<Inventory>, supplyChain?: SupplyChain): BidRequest {
  return { ...aVisit({ inventory }).request, source: { supplyChain } };
}

function chain(...nodes: string[]): SupplyChain {
  return {
    complete: true,
    unusable: false,
    nodes: nodes.map((node) => {
      const [system = '', sellerId = ''] = node.split('/');
      return { system, sellerId, isPaid: true, domain: undefined };
    }),
  };
}

function policy(
  check: SupplyCheck,
  changes: Partial<SupplyPolicy> = {},
  files: Partial<SupplyFiles> = {},
): SupplyPolicy {
  return {
    ...SUPPLY_DEFAULT,
    modes: { ...SUPPLY_DEFAULT.modes, [check]: 'on' },
    ...changes,
    files: { ...SUPPLY_DEFAULT.files, ...files },
  };
}

/** @returns the rule that was counted, which must be the only one */
function ruleOf(asked: BidRequest, by: SupplyPolicy, at = exchange()): SupplyRule | undefined {
  counted.length = 0;
  const reason = gate.refusal(asked, at, by);
  expect(counted.length).toBe(reason === undefined ? 0 : 1);
  return counted[0]?.split(' ')[0] as SupplyRule | undefined;
}

describe('the modes', () => {
  const news = request({ domain: 'news.example' });
  const lists = new Map([['bad', textSetOf(['news.example'])]]);

  it('let everything through without a file', () => {
    expect(gate.refusal(news, exchange(), SUPPLY_DEFAULT)).toBeUndefined();
    expect(counted).toEqual([]);
  });

  it('refuse, only count, or do neither', () => {
    const blocking = policy('block', { listsBlocked: ['bad'] }, { lists });
    const on = gate.refusal(news, exchange(), blocking);
    const modes = { ...blocking.modes, block: 'dry-run' as const };
    const dryRun = gate.refusal(news, exchange(), { ...blocking, modes });
    const off = gate.refusal(news, exchange(), { ...blocking, modes: SUPPLY_DEFAULT.modes });
    expect([on, dryRun, off]).toEqual(['publisher-blocked', undefined, undefined]);
    expect(counted).toEqual(['block-list on', 'block-list dry-run']);
  });

  it('go on to the next check after one that only counts', () => {
    const both = policy('allowOnly', { listsBlocked: ['bad'], listsAllowed: ['none'] }, { lists });
    const modes = { ...both.modes, block: 'dry-run' as const };
    expect(gate.refusal(news, exchange(), { ...both, modes })).toBe('publisher-blocked');
    expect(counted).toEqual(['block-list dry-run', 'allow-list on']);
  });

  it('are those of the exchange where it has its own', () => {
    const blocking = policy('block', { listsBlocked: ['bad'] }, { lists });
    const exchanges = new Map([['generic', SUPPLY_DEFAULT.modes]]);
    expect(gate.refusal(news, exchange(), { ...blocking, exchanges })).toBeUndefined();
    expect(gate.refusal(news, { ...exchange(), id: 'north' } as Exchange, { ...blocking, exchanges })).toBe(
      'publisher-blocked',
    );
  });

  it('cover every check and rule', () => {
    expect(Object.keys(SUPPLY_DEFAULT.modes)).toEqual([...SUPPLY_CHECKS]);
    expect(new Set(SUPPLY_RULES).size).toBe(SUPPLY_RULES.length);
  });
});

describe('lists', () => {
  const list = textSetOf([
    'news.example',
    'com.game',
    '418987775',
    'publisher:p1',
    'publisher:generic/p2',
    'com',
  ]);
  const lists = new Map([['named', list]]);
  const blocking = policy('block', { listsBlocked: ['named'] }, { lists });
  const allowing = policy('allowOnly', { listsAllowed: ['missing', 'named'] }, { lists });

  it.each([
    ['a domain', { domain: 'news.example' }, true],
    ['a subdomain', { domain: 'www.news.example' }, true],
    ['a name that only ends alike', { domain: 'badnews.example' }, false],
    ['a domain of a hundred labels', { domain: `${'a.'.repeat(100)}news.example` }, true],
    ['a domain under a last label', { domain: 'other.com' }, false],
    ['an app', { bundle: 'com.game' }, true],
    ['an app of a longer name', { bundle: 'com.game.two' }, false],
    ['a store number', { bundle: '418987775' }, true],
    ['a publisher', { publisherId: 'p1' }, true],
    ['a publisher of this exchange', { publisherId: 'p2' }, true],
    ['another publisher', { publisherId: 'P1' }, false],
    ['nothing that is told', {}, false],
  ])('know %s', (_about, inventory, isListed) => {
    expect(ruleOf(request(inventory), blocking)).toBe(isListed ? 'block-list' : undefined);
    expect(ruleOf(request(inventory), allowing)).toBe(isListed ? undefined : 'allow-list');
  });

  it('know a publisher of another exchange as another one', () => {
    const north = { ...exchange(), id: 'north' } as Exchange;
    expect(ruleOf(request({ publisherId: 'p2' }), blocking, north)).toBeUndefined();
  });

  it('block everything when they are missing', () => {
    expect(ruleOf(request({ domain: 'x.example' }), policy('block', { listsBlocked: ['missing'] }))).toBe(
      'block-list',
    );
  });
});

describe('the supply chain (rule 51)', () => {
  const settings = SUPPLY_DEFAULT.supplyChain;
  const asked = policy('supplyChain', {
    supplyChain: {
      ...settings,
      nodesMax: 2,
      systemsBlocked: new Set(['bad.example']),
      sellersBlocked: new Set([sellerKey('mixed.example', '7')]),
    },
  });
  const required = policy('supplyChain', { supplyChain: { ...settings, required: true } });

  it.each([
    ['a whole one', chain('owner.example/1', 'exchange.example/2'), undefined],
    ['none', undefined, undefined],
    [
      'one that says that it is incomplete',
      { ...chain('owner.example/1'), complete: false },
      'chain-incomplete',
    ],
    ['one that cannot be read', { ...chain('owner.example/1'), unusable: true }, 'chain-incomplete'],
    ['a blocked system', chain('bad.example/1', 'exchange.example/2'), 'chain-system'],
    ['a blocked seller', chain('mixed.example/7', 'exchange.example/2'), 'chain-seller'],
    ['another seller there', chain('mixed.example/8', 'exchange.example/2'), undefined],
    ['one that is too long', chain('a.example/1', 'b.example/2', 'exchange.example/3'), 'chain-too-long'],
    ['one without the exchange', chain('a.example/1', 'b.example/2'), 'chain-sender'],
  ])('%s', (_about, supplyChain, rule) => {
    expect(ruleOf(request({}, supplyChain), asked, exchange('exchange.example'))).toBe(rule);
  });

  it('has to be there where it is required', () => {
    expect(ruleOf(request({}), required)).toBe('chain-missing');
    expect(ruleOf(request({}, chain('owner.example/1')), required)).toBeUndefined();
  });

  it.each([
    ['supply-chain-incomplete', { ...chain('owner.example/1'), complete: false }],
    ['supply-chain-blocked', chain('bad.example/1')],
  ])('is told as %s', (reason, supplyChain) => {
    expect(gate.refusal(request({}, supplyChain), exchange(), asked)).toBe(reason);
  });
});

function adsTxt(sellers: string[], parts: Partial<AdsTxt> = {}): AdsTxt {
  const keys = sellers.map((each) => each.replace('/', '\t'));
  return { sellers: textSetOf(keys), partners: [], subdomains: [], ownerDomain: undefined, ...parts };
}

describe('ads.txt (rule 52)', () => {
  const files = {
    adsTxt: new Map([
      [
        'news.example',
        adsTxt(['exchange.example/7'], {
          partners: ['partner.example'],
          subdomains: ['shop.news.example', 'gone.news.example'],
        }),
      ],
      ['shop.news.example', adsTxt(['exchange.example/8'])],
      ['partner.example', adsTxt(['exchange.example/9'])],
    ]),
    appAdsTxt: new Map([
      ['com.game', adsTxt(['exchange.example/7'])],
      ['maker.example', adsTxt(['exchange.example/8'])],
    ]),
  };
  const known = policy('adsTxt', {}, files);
  const required = policy('adsTxt', { adsTxtRequired: true }, files);
  const at = exchange('exchange.example');

  it.each<[string, Partial<Inventory>, SupplyRule | undefined]>([
    ['a seller of the site', { domain: 'news.example', publisherId: '7' }, undefined],
    ['a seller of the root for a subdomain', { domain: 'www.news.example', publisherId: '7' }, undefined],
    ['another seller', { domain: 'news.example', publisherId: '8' }, 'ads-txt-violation'],
    [
      'the seller of a subdomain with its own file',
      { domain: 'shop.news.example', publisherId: '8' },
      undefined,
    ],
    ['the seller of the root there', { domain: 'shop.news.example', publisherId: '7' }, 'ads-txt-violation'],
    [
      'a subdomain whose file is not there',
      { domain: 'gone.news.example', publisherId: '7' },
      'ads-txt-unavailable',
    ],
    ['a site without a file', { domain: 'other.example', publisherId: '7' }, 'ads-txt-unavailable'],
    ['no site', { publisherId: '7' }, 'ads-txt-unavailable'],
    ['no seller', { domain: 'news.example' }, 'ads-txt-unavailable'],
    [
      'a partner that the site names',
      { domain: 'news.example', partnerDomain: 'partner.example', publisherId: '9' },
      undefined,
    ],
    [
      'a seller that the partner does not name',
      { domain: 'news.example', partnerDomain: 'partner.example', publisherId: '7' },
      'ads-txt-violation',
    ],
    [
      'a partner that the site does not name',
      { domain: 'news.example', partnerDomain: 'x.example', publisherId: '9' },
      'ads-txt-violation',
    ],
    [
      'a partner of a site without a file',
      { domain: 'other.example', partnerDomain: 'partner.example', publisherId: '9' },
      'ads-txt-unavailable',
    ],
    ['an app by its bundle', { kind: 'app', bundle: 'com.game', publisherId: '7' }, undefined],
    [
      'an app by its maker',
      { kind: 'app', bundle: 'com.other', domain: 'maker.example', publisherId: '8' },
      undefined,
    ],
    [
      'another seller of an app',
      { kind: 'app', bundle: 'com.game', domain: 'maker.example', publisherId: '8' },
      'ads-txt-violation',
    ],
    [
      'an app under the name of a site',
      { kind: 'app', domain: 'news.example', publisherId: '7' },
      'ads-txt-unavailable',
    ],
  ])('%s', (_about, inventory, rule) => {
    expect(ruleOf(request(inventory), required, at)).toBe(rule);
    expect(ruleOf(request(inventory), known, at)).toBe(rule === 'ads-txt-unavailable' ? undefined : rule);
  });

  it('goes by the seller of the chain', () => {
    const inventory = { domain: 'news.example', publisherId: '1' };
    expect(ruleOf(request(inventory, chain('exchange.example/7')), required, at)).toBeUndefined();
    expect(ruleOf(request(inventory, chain('exchange.example/7')), required)).toBeUndefined();
    expect(ruleOf(request(inventory, chain('exchange.example/8')), required)).toBe('ads-txt-violation');
    expect(ruleOf(request(inventory, chain('other.example/7')), required, at)).toBe('ads-txt-violation');
  });

  it.each([
    ['ads-txt-unavailable', { domain: 'other.example', publisherId: '7' }],
    ['ads-txt-violation', { domain: 'news.example', publisherId: '8' }],
  ])('is told as %s', (reason, inventory) => {
    expect(gate.refusal(request(inventory), at, required)).toBe(reason);
  });
});

describe('sellers.json', () => {
  const sellers = textSetOf([
    '1',
    sellerDomainKey('1', 'news.example'),
    '2',
    anyDomainKey('2'),
    '3',
    confidentialKey('3'),
    anyDomainKey('3'),
  ]);
  const files = {
    sellers: new Map([['exchange.example', { sellers }]]),
    adsTxt: new Map([['magazine.example', adsTxt([], { ownerDomain: 'news.example' })]]),
  };
  const known = policy('sellersJson', {}, files);
  const required = policy('sellersJson', { sellersRequired: true }, files);
  const open = policy('sellersJson', { confidentialTaken: false }, files);
  const at = exchange('exchange.example');

  it.each<[string, Partial<Inventory>, SupplyRule | undefined]>([
    ['a seller of its own domain', { domain: 'www.news.example', publisherId: '1' }, undefined],
    ['one of another domain', { domain: 'other.example', publisherId: '1' }, 'seller-domain'],
    [
      'one whose publisher has that domain',
      { domain: 'other.example', publisherDomain: 'news.example', publisherId: '1' },
      undefined,
    ],
    ['one whose owner has that domain', { domain: 'magazine.example', publisherId: '1' }, undefined],
    ['one of an app that tells no domain', { kind: 'app', bundle: 'com.game', publisherId: '1' }, undefined],
    ['an intermediary', { domain: 'other.example', publisherId: '2' }, undefined],
    ['one that nobody knows', { domain: 'news.example', publisherId: '4' }, 'seller-unknown'],
    ['a confidential one', { domain: 'other.example', publisherId: '3' }, undefined],
  ])('%s', (_about, inventory, rule) => {
    expect(ruleOf(request(inventory), known, at)).toBe(rule);
  });

  it('is looked into for every node that it has', () => {
    expect(ruleOf(request({}, chain('exchange.example/4', 'other.example/1')), known)).toBe('seller-unknown');
    expect(ruleOf(request({}, chain('unheard.example/4', 'exchange.example/2')), known)).toBeUndefined();
  });

  it('says nothing about the domain of whoever is not first in a complete chain', () => {
    const inventory = { domain: 'other.example' };
    const later = chain('owner.example/9', 'exchange.example/1');
    const incomplete = { ...chain('exchange.example/1'), complete: false };
    expect(ruleOf(request(inventory, later), known)).toBeUndefined();
    expect(ruleOf(request(inventory, incomplete), known)).toBeUndefined();
    expect(ruleOf(request(inventory, chain('exchange.example/1')), known)).toBe('seller-domain');
  });

  it('has to be there where it is required', () => {
    const inventory = { domain: 'news.example', publisherId: '1' };
    expect(ruleOf(request(inventory), required, exchange('other.example'))).toBe('seller-unavailable');
    expect(ruleOf(request(inventory), required)).toBe('seller-unavailable');
    expect(ruleOf(request(inventory), required, at)).toBeUndefined();
  });

  it('may be asked to name its sellers', () => {
    const inventory = { domain: 'other.example', publisherId: '3' };
    expect(ruleOf(request(inventory), open, at)).toBe('seller-confidential');
    expect(gate.refusal(request(inventory), at, open)).toBe('supply-chain-blocked');
  });
});
