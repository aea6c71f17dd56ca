import { pick, type Random } from '../lib/prng.js';
import { TELEVISION, type DeviceModel } from './devices.js';
import type { Kind } from './market.js';
import type { Visitor } from './visitor.js';

type Json = Readonly<Record<string, unknown>>;

/** What a television sends in place of an id that may not be told. */
const NO_IFA = '00000000-0000-0000-0000-000000000000';
const OUT_OF_HOME = 8;
const CHROME_BRANDS = ['Chromium', 'Google Chrome'];

/**
 * TC strings of TCF 2.3 (policy 5, service specific) as the IAB's encoder writes them: everything to all of 400 vendors,
 * most of it to many, little to few, legitimate interests alone, nothing.
 */
const TC_STRINGS = [
  'CQtAQoAQtAQoAAKADBENAwFgAP_AAEPgAAYgDIQAYAAgMgAyEAGAAIDIAAAA.IDIQAYAAgMgA',
  'CQtAQoAQtAQoAAKADBENAwFgAP_AAELAAAYgDCJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJAT1EREREREREREREREREREREREREREREREREREREREREREREREREREREAAAAA.IDHqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqAA',
  'CQtAQoAQtAQoAAKADBENAwFgAMKAAAAAAAYgCUIQhCEIQhCEIQhCEIQhCEIQhCEIQhCEIQhCEIQhCEIQhCEIQhCEAAAAAAAA.IDIQAYAAgMgA',
  'CQtAQoAQtAQoAAKADBENAwFgAAAAAEPAAAYgAAACySSSSSSSSSSSSSSSSSSSSSSSSSSSSSSAAAAA.IDIQAYAAgMgA',
  'CQtAQoAQtAQoAAKADBENAwFgAAAAAAAAAAYgAAAAAAAA.IDIQAYAAgMgA',
] as const;
const FULL_CONSENT_SHARE = 0.65;
/** Sections of GPP strings with nothing opted out of, and with everything: 7 the national one, 8 California's. */
const GPP_FREE = { '7': 'DBABLA~BFQqAAAAAgA.QA', '8': 'DBABBg~BUoAAACA.QA' } as const;
const GPP_OPTED_OUT = { '7': 'DBABLA~BFQVAAAAAgA.QA', '8': 'DBABBg~BUUAAACA.QA' } as const;
const OPTED_OUT_SHARE = 0.1;
const GPP_SHARE = 0.5;

interface DeviceTold {
  /** A screen out of home has no visitor, and a television another system than the visitor's phone. */
  readonly kind: Kind;
  readonly inApp: boolean;
  /** Client hints. */
  readonly hints: boolean;
}

export function deviceObject(random: Random, visitor: Visitor, { kind, inApp, hints }: DeviceTold): Json {
  if (kind === 'dooh') return { devicetype: OUT_OF_HOME, geo: geoObject(visitor), w: 1080, h: 1920 };
  const isTelevision = kind === 'pod';
  const model = isTelevision ? TELEVISION : visitor.device;
  const version = isTelevision ? pick(random, TELEVISION.versions) : visitor.osVersion;
  const { country, limitsTracking } = visitor;
  const ifa = inApp ? (visitor.ifa ?? NO_IFA) : undefined;
  return {
    ua: model.userAgent(version, inApp),
    ...(inApp || !hints || model.os === 'iOS' ? {} : { sua: clientHints(model, version) }),
    ip: visitor.ip,
    geo: geoObject(visitor),
    devicetype: model.type,
    ...(model.make === undefined ? {} : { make: model.make, model: model.model }),
    os: model.os,
    osv: version,
    w: model.w,
    h: model.h,
    pxratio: model.pxratio,
    js: 1,
    language: visitor.language,
    connectiontype: visitor.connection,
    ...(model.type === 4 ? { carrier: visitor.carrier, mccmnc: `310-0${country.code.length}0` } : {}),
    lmt: inApp && limitsTracking ? 1 : 0,
    dnt: 0,
    ...(ifa === undefined ? {} : { ifa }),
  };
}

function geoObject({ country, city, latitude, longitude, zip }: Visitor): Json {
  return {
    country: country.code,
    region: city.region,
    city: city.name,
    zip,
    lat: latitude,
    lon: longitude,
    type: 2,
    utcoffset: city.utcOffsetMinutes,
  };
}

function clientHints({ os, type, model }: DeviceModel, version: string): Json {
  return {
    browsers: CHROME_BRANDS.map((brand) => ({ brand, version: ['126', '0', '6478', '72'] })),
    platform: { brand: os, version: [version, '0', '0'] },
    mobile: type === 4 ? 1 : 0,
    ...(model === undefined ? {} : { model }),
    source: 2,
  };
}

interface UserTold {
  /** Year of birth and gender. */
  readonly person: boolean;
  readonly eids: boolean;
}

/** @returns undefined for a screen out of home */
export function userObject(visitor: Visitor, kind: Kind, told: UserTold): Json | undefined {
  if (kind === 'dooh') return undefined;
  const { userId, cookie, yearOfBirth, gender, eids } = visitor;
  const consent = visitor.country.law === 'gdpr' ? { consent: consentOf(visitor) } : {};
  return {
    id: userId,
    ...(cookie === undefined ? {} : { buyeruid: cookie }),
    ...(told.person ? { yob: yearOfBirth, gender } : {}),
    ...consent,
    ...(eids.length === 0 || !told.eids
      ? {}
      : {
          eids: eids.map(([source, id]) => ({
            source,
            uids: [{ id, atype: source === 'id.example' ? 1 : 3 }],
          })),
        }),
  };
}

function consentOf({ consents }: Visitor): string {
  if (consents < FULL_CONSENT_SHARE) return TC_STRINGS[0];
  const others = TC_STRINGS.length - 1;
  const which = 1 + Math.floor(((consents - FULL_CONSENT_SHARE) / (1 - FULL_CONSENT_SHARE)) * others);
  return TC_STRINGS[which] as string;
}

/** What a visitor wants stays; which string tells it depends on the exchange's version alone. */
export function regulationsObject({ country, city, consents, number }: Visitor): Json {
  if (country.law === 'gdpr') return { coppa: 0, gdpr: 1, ext: { gdpr: 1 } };
  if (country.law === 'none') return { coppa: 0 };
  const optsOut = consents < OPTED_OUT_SHARE;
  const us_privacy = optsOut ? '1YYN' : '1YNN';
  if (number % 100 >= GPP_SHARE * 100) return { coppa: 0, us_privacy };
  const section = city.region === 'CA' ? 8 : 7;
  const gpp = (optsOut ? GPP_OPTED_OUT : GPP_FREE)[section === 8 ? '8' : '7'];
  return { coppa: 0, us_privacy, gpp, gpp_sid: [section] };
}
