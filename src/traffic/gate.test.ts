import { describe, expect, it } from 'vitest';
import { appRequest, siteRequest } from '../../test/support/sample-requests.js';
import type { BidRequest } from '../domain/bid-request.js';
import type { Exchange } from '../domain/catalog.js';
import type { RuleMode } from '../domain/rule-mode.js';
import { TRAFFIC_DEFAULT, type TrafficPolicy } from '../domain/traffic-policy.js';
import { decodeBidRequest } from '../exchange/decode.js';
import { parseIpRange, type IpRange } from '../lib/ip.js';
import { networkSetSteps } from '../lib/network-set.js';
import { doAll } from '../lib/steps.js';
import { createTrafficGate } from './gate.js';

const GENERIC = { id: 'generic' } as Exchange;
const OTHER = { id: 'other' } as Exchange;

function decoded(request: unknown): BidRequest {
  const found = decodeBidRequest(Buffer.from(JSON.stringify(request)));
  if (found.kind !== 'request') throw new Error(`not decoded: ${found.kind}`);
  return found.request;
}

function withDevice(device: object): BidRequest {
  const request = appRequest();
  return decoded({ ...request, device: { ...(request['device'] as object), ...device } });
}

function listOf(mode: RuleMode, ...networks: string[]): TrafficPolicy['addressLists'][number] {
  const ranges = networks.map((text) => parseIpRange(text) as IpRange);
  return { file: 'lists/x.cidr', mode, networks: doAll(networkSetSteps(ranges)) };
}

/** Nothing but what is named. */
const OFF: TrafficPolicy = {
  ...TRAFFIC_DEFAULT,
  crawlers: 'off',
  impossibleDevices: 'off',
  spoofedInventory: 'off',
  rates: { mode: 'off', perAddressMax: 3, perUserMax: 2 },
  duplicates: { mode: 'off', withinMs: 10_000 },
  unknownUsers: 'off',
};

class Door {
  readonly counted: string[] = [];
  readonly #gate = createTrafficGate(
    { trafficRefused: (rule, mode) => void this.counted.push(`${rule} ${mode}`) },
    4711,
  );
  readonly #policy: TrafficPolicy;

  constructor(policy: Partial<TrafficPolicy>) {
    this.#policy = { ...OFF, ...policy };
  }

  ask(request: BidRequest, nowMs = 0, { isPersonal = true, exchange = GENERIC } = {}) {
    return this.#gate.refusal(request, exchange, this.#policy, nowMs, isPersonal);
  }

  findings(request: BidRequest) {
    return this.#gate.findings(request, GENERIC, this.#policy, 0, true);
  }

  would(request: BidRequest, nowMs = 0) {
    return this.#gate.wouldRefuse(request, GENERIC, this.#policy, nowMs, true);
  }
}

const app = decoded(appRequest());
const site = decoded(siteRequest());

describe('the traffic gate', () => {
  it('lets ordinary requests through as it is without a file', () => {
    const door = new Door(TRAFFIC_DEFAULT);
    expect([app, site].map((request) => door.ask(request))).toEqual([undefined, undefined]);
    expect(door.counted).toEqual([]);
  });

  it.each([
    ['a crawler', { ua: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' }],
    ['a browser without a screen', { ua: 'Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/130.0.0.0' }],
    ['one by its client hints', { sua: { browsers: [{ brand: 'Chromium' }, { brand: 'HeadlessChrome' }] } }],
  ])('refuses %s', (_what, device) => {
    const door = new Door({ crawlers: 'on' });
    expect(door.ask(withDevice(device))).toBe('crawler');
    expect(door.counted).toEqual(['crawler on']);
  });

  it('refuses listed addresses, in either field, of either version', () => {
    const door = new Door({ addressLists: [listOf('on', '192.0.2.0/24', '2001:db8:bad::/48')] });
    expect(door.ask(withDevice({ ip: '192.0.2.200' }))).toBe('datacentre-address');
    expect(door.ask(withDevice({ ip: undefined, ipv6: '2001:db8:bad::1' }))).toBe('datacentre-address');
    expect(door.ask(withDevice({ ip: '2001:db8:bad::1' }))).toBe('datacentre-address');
    expect(door.ask(withDevice({ ip: '192.0.3.1', ipv6: '2001:db8:good::' }))).toBeUndefined();
    expect(door.ask(withDevice({ ip: 'no address' }))).toBeUndefined();
  });

  it('believes the strictest list that has the address', () => {
    const dry = listOf('dry-run', '192.0.2.0/24');
    const on = listOf('on', '192.0.2.0/24');
    const off = listOf('off', '192.0.2.0/24');
    const asked = withDevice({ ip: '192.0.2.1' });
    expect(new Door({ addressLists: [dry, on] }).ask(asked)).toBe('datacentre-address');
    const door = new Door({ addressLists: [off, dry] });
    expect(door.ask(asked)).toBeUndefined();
    expect(door.counted).toEqual(['address-list dry-run']);
    expect(new Door({ addressLists: [off] }).counted).toEqual([]);
  });

  it('refuses impossible devices and spoofed inventory', () => {
    const impossible = withDevice({ os: 'iOS', make: 'Samsung' });
    const spoofed = decoded({ ...siteRequest(), site: { domain: 'a.example', page: 'https://b.example/' } });
    expect(new Door({ impossibleDevices: 'on' }).ask(impossible)).toBe('non-human-traffic');
    expect(new Door({ spoofedInventory: 'on' }).ask(spoofed)).toBe('non-human-traffic');
    expect(new Door({}).ask(impossible)).toBeUndefined();
  });

  it('refuses the same id of the same exchange, for so long', () => {
    const door = new Door({ duplicates: { mode: 'on', withinMs: 10_000 } });
    expect(door.ask(app, 0)).toBeUndefined();
    expect(door.ask(app, 5_000)).toBe('non-human-traffic');
    expect(door.ask(app, 5_000, { exchange: OTHER })).toBeUndefined();
    expect(door.ask(app, 10_001)).toBeUndefined();
  });

  it('refuses more than so many requests a minute from an address, whoever asks', () => {
    const door = new Door({ rates: { mode: 'on', perAddressMax: 3, perUserMax: 99 } });
    const from = (ip: string, user: string) =>
      decoded({ ...appRequest(), user: { id: user }, device: { ip } });
    const asked = ['user-aaaa', 'user-bbbb', 'user-cccc', 'user-dddd'].map((user) =>
      door.ask(from('198.51.100.7', user)),
    );
    expect(asked).toEqual([undefined, undefined, undefined, 'non-human-traffic']);
    expect(door.ask(from('198.51.100.8', 'user-dddd'))).toBeUndefined();
    expect(door.ask(from('198.51.100.7', 'user-dddd'), 120_000)).toBeUndefined();
  });

  it('takes a /64 of IPv6 for one address', () => {
    const door = new Door({ rates: { mode: 'on', perAddressMax: 1, perUserMax: 99 } });
    const from = (ipv6: string) => decoded({ ...appRequest(), user: {}, device: { ipv6 } });
    expect(door.ask(from('2001:db8:1:2::1'))).toBeUndefined();
    expect(door.ask(from('2001:db8:1:2:3:4:5:6'))).toBe('non-human-traffic');
    expect(door.ask(from('2001:db8:1:3::1'))).toBeUndefined();
  });

  it('refuses more than so many requests a minute of a user, wherever they come from', () => {
    const door = new Door({ rates: { mode: 'on', perAddressMax: 99, perUserMax: 2 } });
    const from = (ip: string) => withDevice({ ip });
    const asked = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((ip) => door.ask(from(ip)));
    expect(asked).toEqual([undefined, undefined, 'non-human-traffic']);
    expect(door.counted).toEqual(['user-rate on']);
  });

  it('does not look at the ids of users where nothing personal may be, nor at placeholders', () => {
    const door = new Door({ rates: { mode: 'on', perAddressMax: 99, perUserMax: 2 } });
    const nobody = { ...appRequest(), user: {}, device: { ifa: '00000000-0000-0000-0000-000000000000' } };
    for (let i = 0; i < 5; i++) {
      expect(door.ask(app, 0, { isPersonal: false })).toBeUndefined();
      expect(door.ask(decoded(nobody))).toBeUndefined();
      expect(door.ask(decoded({ ...nobody, user: { id: '-1' } }))).toBeUndefined();
    }
  });

  it('does not count the rates of public screens, whose server asks for all of them', () => {
    const door = new Door({ rates: { mode: 'on', perAddressMax: 1, perUserMax: 1 }, unknownUsers: 'on' });
    const { app: _app, user: _user, ...screen } = appRequest();
    const asked = decoded({ ...screen, dooh: { id: 'screen-1' } });
    expect([1, 2, 3].map(() => door.ask(asked))).toEqual([undefined, undefined, undefined]);
  });

  it('refuses requests that name nobody, where only known users are bought', () => {
    const door = new Door({ unknownUsers: 'on' });
    expect(door.ask(app)).toBeUndefined();
    const nobody = { ...appRequest(), user: {}, device: { ip: '192.0.2.1' } };
    expect(door.ask(decoded(nobody))).toBe('unmatched-user');
    const eids = [{ source: 'id.example', uids: [{ id: 'x' }] }];
    expect(door.ask(decoded({ ...nobody, user: { eids } }))).toBeUndefined();
  });

  it('says the first rule that is on, and counts those on trial beside it', () => {
    const door = new Door({ crawlers: 'dry-run', impossibleDevices: 'on', unknownUsers: 'on' });
    const asked = decoded({ ...appRequest(), user: {}, device: { ua: 'bingbot', os: 'iOS', make: 'LG' } });
    expect(door.ask(asked)).toBe('non-human-traffic');
    expect(door.counted).toEqual(['crawler dry-run', 'impossible-device on', 'unknown-user on']);
  });

  it('tells what the rules that are on find, in words that name nobody', () => {
    const found = new Door({
      crawlers: 'on',
      addressLists: [listOf('on', '192.0.2.0/24')],
      impossibleDevices: 'on',
      spoofedInventory: 'dry-run',
      unknownUsers: 'on',
    });
    const device = { ua: 'bingbot/2.0', os: 'iOS', make: 'LG', ip: '192.0.2.1', devicetype: 4 };
    expect(found.findings(decoded({ ...appRequest(), user: {}, device }))).toEqual([
      'crawlers: "bingbot" stands in the user agent or the client hints',
      'addressLists: a list that is on has the address (lists/x.cidr)',
      'impossibleDevices: iOS on another make than Apple',
      'unknownUsers: no id names the user',
    ]);
    const rates = { mode: 'on', perAddressMax: 1, perUserMax: 1 } as const;
    const often = new Door({ rates, duplicates: { mode: 'on', withinMs: 10_000 } });
    expect(often.findings(app)).toEqual([]);
    often.ask(app);
    expect(often.findings(app)).toEqual([
      'duplicates: this id came within 10 s',
      'rates: more than 1 requests a minute from the address',
      'rates: more than 1 requests a minute of the user',
    ]);
    expect(often.counted).toEqual([]);
  });

  it('counts nothing for an explanation, and says what the request would be told', () => {
    const rules: Partial<TrafficPolicy> = {
      duplicates: { mode: 'on', withinMs: 10_000 },
      rates: { mode: 'on', perAddressMax: 2, perUserMax: 2 },
    };
    const door = new Door(rules);
    for (let i = 0; i < 5; i++) expect(door.would(app)).toBeUndefined();
    expect(door.ask(app)).toBeUndefined();
    expect(door.would(app, 1)).toBe('non-human-traffic');
    expect(door.counted).toEqual([]);
  });
});
