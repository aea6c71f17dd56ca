import { describe, expect, it } from 'vitest';
import { textSetOf } from '../../test/support/text-set-of.js';
import { aVisit } from '../../test/support/targeting-samples.js';
import type { BidRequest, Inventory, SupplyChain } from '../domain/bid-request.js';
import type { Exchange } from '../domain/catalog.js';
import { SUPPLY_DEFAULT, type SupplyCheck, type SupplyPolicy } from '../domain/supply-policy.js';
import { describeSupplyRefusal } from './describe.js';

const EXCHANGE = { id: 'generic', adsTxtDomain: 'exchange.example' } as Exchange;
const NEWS = { domain: 'news.example', publisherId: '7' };
const CHAIN: SupplyChain = {
  complete: true,
  unusable: false,
  nodes: [
    { system: 'owner.example', sellerId: '1', isPaid: true, domain: undefined },
    { system: 'bad.example', sellerId: '2', isPaid: true, domain: undefined },
  ],
};

function told(
  check: SupplyCheck,
  changes: Partial<SupplyPolicy>,
  supplyChain?: SupplyChain,
  place: Partial<Inventory> = NEWS,
) {
  const policy = {
    ...SUPPLY_DEFAULT,
    ...changes,
    modes: { ...SUPPLY_DEFAULT.modes, [check]: 'on' as const },
    files: { ...SUPPLY_DEFAULT.files, lists: new Map([['gossip', textSetOf(['news.example'])]]) },
  };
  const request: BidRequest = { ...aVisit({ inventory: place }).request, source: { supplyChain } };
  return describeSupplyRefusal(request, EXCHANGE, policy);
}

describe('why supply is refused, in words', () => {
  const chain = SUPPLY_DEFAULT.supplyChain;

  it('says what was there and what the policy says', () => {
    expect([
      told('block', { listsBlocked: ['gossip', 'gone'] }),
      told('allowOnly', { listsAllowed: ['premium'] }, undefined, {}),
      told('supplyChain', { supplyChain: { ...chain, required: true } }),
      told('supplyChain', {}, { ...CHAIN, complete: false }),
      told('supplyChain', {}, CHAIN),
      told('supplyChain', { supplyChain: { ...chain, systemsBlocked: new Set(['bad.example']) } }, CHAIN),
      told('adsTxt', { adsTxtRequired: true }),
      told('sellersJson', { sellersRequired: true }),
    ]).toEqual([
      'config/supply.json: news.example is on the blocked list gossip, gone (which is not there, so it blocks everything)',
      'config/supply.json: what does not say what it is is on none of the lists premium',
      'config/supply.json: the request has no supply chain, and one is required',
      'config/supply.json: the supply chain (owner.example/1, bad.example/2) is incomplete or cannot be read',
      'config/supply.json: the supply chain (owner.example/1, bad.example/2) does not end with exchange.example',
      'config/supply.json: the supply chain (owner.example/1, bad.example/2) goes through a blocked system',
      'config/supply.json: nobody can tell whether seller 7 of exchange.example may sell news.example: its ads.txt is not there',
      'config/supply.json: there is no sellers.json to look seller 7 of exchange.example up in',
    ]);
  });

  it('says nothing when nothing is refused', () => {
    expect(told('supplyChain', {})).toBeUndefined();
  });
});
