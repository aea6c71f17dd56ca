import { describe, expect, it } from 'vitest';
import { NOBODY } from '../../test/support/notice-desk.js';
import type { NoticeCaller } from '../domain/ports.js';
import { TRAFFIC_DEFAULT, type TrafficPolicy } from '../domain/traffic-policy.js';
import { parseIpRange, type IpRange } from '../lib/ip.js';
import { newIpWords, readIpWords } from '../lib/ip-words.js';
import { networkSetSteps } from '../lib/network-set.js';
import { doAll } from '../lib/steps.js';
import { deviceOf } from './device.js';

const networks = (...texts: string[]) =>
  doAll(networkSetSteps(texts.map((text) => parseIpRange(text) as IpRange)));

const PROXY = '10.0.0.5';
const EXCHANGE = '203.0.113.9';
const VISITOR = '198.51.100.7';
const POLICY: TrafficPolicy = {
  ...TRAFFIC_DEFAULT,
  ownProxies: networks('10.0.0.0/24'),
  notifyingServers: networks('203.0.113.0/28'),
};

const expected = newIpWords();

/** Is the device at that address, or nowhere? */
function deviceFor(caller: Partial<NoticeCaller>, policy = POLICY) {
  const { address, userAgent } = deviceOf({ ...NOBODY, userAgent: 'caller', ...caller }, policy);
  const isAt = (text: string) =>
    readIpWords(text, expected) && address?.words.join() === expected.words.join();
  return { userAgent, at: address && [VISITOR, EXCHANGE, '192.0.2.1', '2001:db8::7'].find(isAt) };
}

describe('for whom a notice comes (rule 69)', () => {
  it.each<[string, Partial<NoticeCaller>, string | undefined, string]>([
    ['the caller himself', { address: VISITOR }, VISITOR, 'caller'],
    ['the caller of our proxy', { address: PROXY, forwardedFor: VISITOR }, VISITOR, 'caller'],
    [
      'the caller of the outer of two proxies, whatever he claims',
      { address: PROXY, forwardedFor: `192.0.2.1, ${VISITOR}, 10.0.0.6` },
      VISITOR,
      'caller',
    ],
    [
      'the caller of our proxy, who claims more proxies than are looked at',
      { address: PROXY, forwardedFor: `${'192.0.2.1, '.repeat(40)}${VISITOR}` },
      VISITOR,
      'caller',
    ],
    [
      'the caller, who pretends to be somebody else',
      { address: VISITOR, forwardedFor: '192.0.2.1', deviceAddress: '192.0.2.1', deviceUserAgent: 'device' },
      VISITOR,
      'caller',
    ],
    [
      'the caller of our proxy, who pretends to be somebody else',
      { address: PROXY, forwardedFor: VISITOR, deviceAddress: '192.0.2.1', deviceUserAgent: 'device' },
      VISITOR,
      'caller',
    ],
    [
      'the device that a server of the exchange names',
      { address: EXCHANGE, deviceAddress: VISITOR, deviceUserAgent: 'device', forwardedFor: '192.0.2.1' },
      VISITOR,
      'device',
    ],
    [
      'the device that it names in X-Forwarded-For',
      { address: EXCHANGE, forwardedFor: VISITOR, deviceUserAgent: 'device' },
      VISITOR,
      'device',
    ],
    [
      'the device that it names through our proxy',
      { address: PROXY, forwardedFor: `${VISITOR}, ${EXCHANGE}`, deviceUserAgent: 'device' },
      VISITOR,
      'device',
    ],
    [
      'the device of a server that tells only its address',
      { address: EXCHANGE, deviceAddress: '2001:db8::7' },
      '2001:db8::7',
      '',
    ],
    ['nobody, when the server names nobody', { address: EXCHANGE }, undefined, ''],
    ['nobody, when the server names nonsense', { address: EXCHANGE, deviceAddress: 'tv' }, undefined, ''],
    ['nobody, when our proxy does not tell', { address: PROXY }, undefined, 'caller'],
    [
      'nobody, behind a proxy that is not named',
      { address: '192.168.1.1', forwardedFor: VISITOR },
      undefined,
      'caller',
    ],
    [
      'nobody, behind more proxies than there are',
      { address: PROXY, forwardedFor: `${'10.0.0.6,'.repeat(40)}10.0.0.7` },
      undefined,
      'caller',
    ],
  ])('%s', (_who, caller, at, userAgent) => {
    expect(deviceFor(caller)).toEqual({ at, userAgent });
  });

  it.each(['127.0.0.1', '172.16.0.1', '172.31.255.255', '169.254.1.1', '::1', 'fd00::1', 'fe80::1', ''])(
    'nobody at %s, which is within our own walls',
    (address) => {
      expect(deviceOf({ ...NOBODY, address }, TRAFFIC_DEFAULT).address).toBeUndefined();
    },
  );

  it.each(['172.32.0.1', '192.169.0.1', '::2', 'fec0::1', '2001:db8::1'])('somebody at %s', (address) => {
    expect(deviceOf({ ...NOBODY, address }, TRAFFIC_DEFAULT).address).toBeDefined();
  });
});
