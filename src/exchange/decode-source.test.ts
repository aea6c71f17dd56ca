import { describe, expect, it } from 'vitest';
import type { BidRequest, SupplyChain } from '../domain/bid-request.js';
import { decodeBidRequest } from './decode.js';

function decoded(fields: Record<string, unknown>): BidRequest {
  const request = { id: 'r', imp: [{ id: '1', banner: { w: 300, h: 250 } }], ...fields };
  const result = decodeBidRequest(Buffer.from(JSON.stringify(request)));
  if (result.kind !== 'request') throw new Error(`not decoded: ${result.kind}`);
  return result.request;
}

function chainOf(schain: unknown): SupplyChain | undefined {
  return decoded({ source: { schain } }).source.supplyChain;
}

const OWNER = { asi: 'owner.example', sid: '1', hp: 1 };
const SENDER = { asi: 'Exchange.Example', sid: 27, hp: 0, domain: 'Reseller.example', rid: 'x' };
const CHAIN = { ver: '1.0', complete: 1, nodes: [OWNER, SENDER] };

describe('the supply chain', () => {
  const whole = {
    complete: true,
    unusable: false,
    nodes: [
      { system: 'owner.example', sellerId: '1', isPaid: true, domain: undefined },
      { system: 'exchange.example', sellerId: '27', isPaid: false, domain: 'reseller.example' },
    ],
  };

  it.each([
    ['2.6', { source: { schain: CHAIN } }],
    ['2.5', { source: { ext: { schain: CHAIN } } }],
    ['2.4', { ext: { schain: CHAIN } }],
    ['two of them', { source: { schain: CHAIN, ext: { schain: CHAIN } } }],
  ])('is read in the place of OpenRTB %s', (_about, fields) => {
    expect(decoded(fields).source.supplyChain).toEqual(whole);
  });

  it('is undefined where there is none', () => {
    for (const fields of [{}, { source: {} }, { source: 7 }, { source: { schain: null } }]) {
      expect(decoded(fields).source.supplyChain).toBeUndefined();
    }
  });

  it('is all that any place tells where they differ, and its sender is that of the newest place', () => {
    const older = { ...CHAIN, complete: 0, nodes: [OWNER, { asi: 'other.example', sid: '9' }] };
    const chain = decoded({ source: { schain: CHAIN, ext: { schain: older } } }).source.supplyChain;
    expect(chain).toMatchObject({ complete: false, unusable: false });
    expect(chain?.nodes.map(({ system }) => system)).toEqual([
      'other.example',
      'owner.example',
      'exchange.example',
    ]);
  });

  it.each([
    ['no object', 'x'],
    ['without "complete"', { ...CHAIN, complete: undefined }],
    ['without "ver"', { ...CHAIN, ver: undefined }],
    ['without nodes', { ...CHAIN, nodes: [] }],
    ['with a node without "asi"', { ...CHAIN, nodes: [OWNER, { sid: '1' }] }],
    ['with a node without "sid"', { ...CHAIN, nodes: [OWNER, { asi: 'x.example', sid: ' ' }] }],
    ['with a node that is none', { ...CHAIN, nodes: [OWNER, 7] }],
    ['with a thousand nodes', { ...CHAIN, nodes: Array.from({ length: 1_000 }, () => OWNER) }],
  ])('is unusable %s (rule 14)', (_about, schain) => {
    expect(chainOf(schain)?.unusable).toBe(true);
  });

  it('tells what is tolerated', () => {
    expect(chainOf({ ver: 1, complete: '1', nodes: OWNER })).toMatchObject({
      complete: true,
      unusable: false,
    });
    expect(chainOf({ ...CHAIN, complete: 0 })).toMatchObject({ complete: false, unusable: false });
  });
});

describe('whose inventory it is', () => {
  it.each(['site', 'app', 'dooh'])('is read of a %s, in both places', (kind) => {
    const publisher = { id: 7, domain: 'Publisher.example' };
    const told = { id: 42, domain: 'news.example', publisher };
    const asked = {
      id: '42',
      publisherId: '7',
      publisherDomain: 'publisher.example',
      partnerDomain: 'partner.example',
    };
    expect(
      decoded({ [kind]: { ...told, inventorypartnerdomain: 'Partner.example' } }).inventory,
    ).toMatchObject(asked);
    expect(
      decoded({ [kind]: { ...told, ext: { inventorypartnerdomain: 'partner.example.' } } }).inventory,
    ).toMatchObject(asked);
  });

  it('is undefined where it is not told', () => {
    expect(decoded({ site: { page: 'https://news.example/a' } }).inventory).toMatchObject({
      id: undefined,
      publisherDomain: undefined,
      partnerDomain: undefined,
      domain: 'news.example',
    });
  });

  it('is written in the letters of lists', () => {
    expect(decoded({ site: { domain: 'Bücher.example' } }).inventory.domain).toBe('xn--bcher-kva.example');
  });
});
