import { describe, expect, it } from 'vitest';
import { never, only, wants } from '../../../test/support/wants.js';
import {
  CONNECTION_TYPES,
  DEVICE_TYPES,
  type ConnectionType,
  type DeviceType,
  type OsChoice,
} from '../../domain/campaign.js';
import { versionNumber } from '../../lib/version.js';

describe('device types', () => {
  it.each<[number | undefined, DeviceType[]]>([
    [1, ['mobile']],
    [2, ['desktop']],
    [3, ['tv']],
    [4, ['mobile', 'phone']],
    [5, ['mobile', 'tablet']],
    [6, ['connected-device']],
    [7, ['set-top-box']],
    [8, ['out-of-home']],
    [0, []],
    [9, []],
    [-1, []],
    [1.5, []],
    [undefined, []],
  ])('code %s is %j', (type, words) => {
    const wanted = DEVICE_TYPES.filter((word) => wants({ deviceTypes: only(word) }, { device: { type } }));
    expect(wanted).toEqual(words);
  });
});

describe('connections', () => {
  it.each<[number | undefined, ConnectionType[]]>([
    [1, ['ethernet']],
    [2, ['wifi']],
    [3, ['cellular']],
    [4, ['cellular', '2g']],
    [7, ['cellular', '5g']],
    [0, []],
    [8, []],
    [undefined, []],
  ])('code %s is %j', (connection, words) => {
    const wanted = CONNECTION_TYPES.filter((word) =>
      wants({ connections: only(word) }, { device: { connection } }),
    );
    expect(wanted).toEqual(words);
  });
});

describe('makes, models and carriers', () => {
  it('compares them whole, whatever the case of the request', () => {
    expect(wants({ makes: only('apple') }, { device: { make: 'Apple' } })).toBe(true);
    expect(wants({ models: only('iphone') }, { device: { model: 'iPhone 15' } })).toBe(false);
    expect(wants({ carriers: never('verizon') }, { device: { carrier: 'VERIZON' } })).toBe(false);
    expect(wants({ carriers: never('verizon') })).toBe(true);
  });
});

describe('languages', () => {
  it.each([
    ['en', true, false],
    ['en-US', true, true],
    ['en_US', true, true],
    ['en-us-x-twain', true, true],
    ['eng', false, false],
    ['de', false, false],
    ['', false, false],
  ])('%s: a wish for en %s, for en-us %s', (language, en, enUs) => {
    expect(wants({ languages: only('en') }, { device: { language } })).toBe(en);
    expect(wants({ languages: only('en-us') }, { device: { language } })).toBe(enUs);
  });
});

describe('operating systems', () => {
  const anyIos: OsChoice = { name: 'ios', version: { min: -Infinity, max: Infinity } };
  const ios10To12: OsChoice = {
    name: 'ios',
    version: { min: versionNumber('10') as number, max: versionNumber('12', 999) as number },
  };

  it.each(['iOS', 'iPhone', 'iPhone OS', 'iPadOS', 'ipad'])('reads %s as iOS', (os) => {
    expect(wants({ os: only(anyIos) }, { device: { os } })).toBe(true);
  });

  it.each([
    ['OS X', 'macos'],
    ['Mac OS X', 'macos'],
    ['Tizen', 'tizen'],
    ['tvOS', 'tvos'],
  ])('reads %s as %s', (os, name) => {
    expect(wants({ os: only({ ...anyIos, name }) }, { device: { os } })).toBe(true);
  });

  it.each([
    ['9.3.5', false],
    ['10', true],
    ['10.0.0', true],
    ['12.99', true],
    ['13', false],
    ['unknown', false],
    [undefined, false],
  ])('version %s is between 10 and 12: %s', (osVersion, expected) => {
    expect(wants({ os: only(ios10To12) }, { device: { os: 'ios', osVersion } })).toBe(expected);
    expect(wants({ os: never(ios10To12) }, { device: { os: 'ios', osVersion } })).toBe(!expected);
    expect(wants({ os: only(anyIos) }, { device: { os: 'ios', osVersion } })).toBe(true);
  });

  it('keeps the versions of one system apart from those of another', () => {
    const device = { os: 'android', osVersion: '11' };
    expect(wants({ os: only(ios10To12) }, { device })).toBe(false);
    expect(wants({ os: only(ios10To12, { ...ios10To12, name: 'android' }) }, { device })).toBe(true);
  });
});
