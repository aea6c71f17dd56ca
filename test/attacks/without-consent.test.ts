import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GppModel } from '@iabgpp/cmpapi';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keySetting, openStore, secretKey } from '../redis/open-store.js';
import { fullRequest } from '../support/case-file.js';
import { consentString } from '../support/consent-strings.js';
import type { JsonObject } from '../support/merge.js';
import { startServing, type ServingProcess } from '../support/program.js';
import {
  ANYBODY_CAMPAIGN,
  campaignOf,
  REQUEST_MS_MAX,
  RUNNER,
  RUNNERS_CAMPAIGN,
  startRecognisingBidder,
} from '../support/recognising-bidder.js';
import { hasRedisServer, startRedisServer, waitFor, type RedisServer } from '../support/redis-server.js';
import type { RunningBidder } from '../support/running-bidder.js';

const VENDOR = 77;
const ALL = { consents: [1, 2, 3, 4, 7], vendorConsents: [VENDOR], disclosed: [VENDOR] };
const CONSENT = consentString(ALL);

/** One visitor, in all that exchanges tell of one. */
const CANARY = {
  cookie: 'CanaryCookie07ab41',
  user: 'canary-user-0d93e2',
  ifa: 'ca4a0000-c0de-4bad-8bad-0000000facade',
  extendedId: 'canary-extended-15cc',
  ip: '198.51.100.87',
  zip: 'CZ-55102',
  latitude: '48.9127733',
  yearOfBirth: '1907',
} as const;
const USER = {
  id: CANARY.user,
  buyeruid: CANARY.cookie,
  yob: Number(CANARY.yearOfBirth),
  eids: [{ source: 'ids.example', uids: [{ id: CANARY.extendedId }] }],
};
const DEVICE = {
  ip: CANARY.ip,
  ifa: CANARY.ifa,
  geo: { zip: CANARY.zip, lat: Number(CANARY.latitude), lon: 2.3 },
};
/** Of the addresses 198.51.100.0 and on, as they may stand in keys and files. */
const ADDRESS_SIGNS = ['198.51.100', 'c6336457', 'c6336400'];

function gppOf(section: string, field: string, value: unknown): string {
  const model = new GppModel();
  model.setFieldValue(section, field, value);
  return model.encode();
}

const OPTED_OUT = gppOf('usnat', 'TargetedAdvertisingOptOut', 1);
const CHILD = gppOf('usut', 'KnownChildSensitiveDataConsents', 1);

interface Condition {
  readonly regs?: JsonObject;
  readonly user?: JsonObject;
  readonly device?: JsonObject;
  /** The same, as a page tells a cookie sync or a conversion. */
  readonly query?: string;
}

/** Everything that says no, each alone. */
const WITHOUT_CONSENT: Readonly<Record<string, Condition>> = {
  'no consent string': { regs: { gdpr: 1 }, query: 'gdpr=1' },
  'consent to others': {
    regs: { gdpr: 1 },
    user: { consent: consentString({ ...ALL, vendorConsents: [5] }) },
    query: `gdpr=1&gdpr_consent=${consentString({ ...ALL, vendorConsents: [5] })}`,
  },
  'consent to less': {
    regs: { gdpr: 1 },
    user: { consent: consentString({ ...ALL, consents: [1, 2, 7] }) },
    query: `gdpr=1&gdpr_consent=${consentString({ ...ALL, consents: [1, 2, 7] })}`,
  },
  'a consent string of nothing': {
    regs: { gdpr: 1 },
    user: { consent: 'x' },
    query: 'gdpr=1&gdpr_consent=x',
  },
  'a country of the EEA': { device: { geo: { ...DEVICE.geo, country: 'DEU' } } },
  'an opt-out in GPP': { regs: { gpp: OPTED_OUT, gpp_sid: [7] }, query: `gpp=${OPTED_OUT}&gpp_sid=7` },
  'a child in GPP': { regs: { gpp: CHILD, gpp_sid: [11] }, query: `gpp=${CHILD}&gpp_sid=11` },
  'a US Privacy String': { regs: { us_privacy: '1YYN' }, query: 'us_privacy=1YYN' },
  'Global Privacy Control': { regs: { ext: { gpc: '1' } } },
  COPPA: { regs: { coppa: 1 }, query: 'coppa=1' },
  'limited tracking': { device: { lmt: 1 } },
  'do not track': { device: { dnt: 1 } },
};
const WITH_CONSENT: Condition = {
  regs: { gdpr: 1 },
  user: { consent: CONSENT },
  query: `gdpr=1&gdpr_consent=${CONSENT}`,
};

function bodyOf({ regs = {}, user = {}, device = {} }: Condition): string {
  return JSON.stringify(
    fullRequest({
      tmax: REQUEST_MS_MAX * 5,
      regs,
      user: { ...USER, ...user },
      device: { ...DEVICE, ...device },
    }),
  );
}

/** Text as it was sent, and what stands in links and tokens in base64url. */
function withDecoded(text: string): string {
  const encoded = text.match(/[\w-]{24,}/g) ?? [];
  return [text, ...encoded.map((each) => Buffer.from(each, 'base64url').toString('latin1'))].join('\n');
}

function filesIn(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => `${path}\n${readFileSync(path, 'latin1')}`)
    .join('\n');
}

/** Attack 17. */
describe.skipIf(!hasRedisServer())('a visitor without consent', () => {
  let redis: RedisServer;
  let configured: RunningBidder;
  let folder: string;
  let watcher: Redis;
  let bidder: ServingProcess;
  const commands: string[] = [];
  const answers: string[] = [];

  beforeAll(async () => {
    redis = await startRedisServer();
    configured = await startRecognisingBidder('');
    folder = mkdtempSync(join(tmpdir(), 'narrowcast-consent-'));
    const config = join(configured.folder, 'config');
    writeFileSync(join(config, 'privacy.json'), JSON.stringify({ vendorId: VENDOR }));
    const { store, ...opened } = openStore(redis.url);
    await opened.ready();
    await store.put({ kind: 'cookie', id: CANARY.cookie }, RUNNER);
    await store.put({ kind: 'ifa', id: CANARY.ifa }, RUNNER);
    await store.close();
    const monitored = new Redis(redis.url);
    watcher = await monitored.monitor();
    monitored.disconnect();
    watcher.on('monitor', (_time: string, args: string[]) => commands.push(args.join(' ')));
    bidder = await startServing({
      REDIS_URL: redis.url,
      LEDGER_URL: 'journal',
      PROFILE_KEYS: keySetting(secretKey('one')),
      CONFIG_DIR: config,
      DATA_DIR: join(folder, 'data'),
      PUBLIC_URL: 'https://bidder.example',
      EVENT_SAMPLE_REQUESTS: '1',
      DELAY_MS_MAX: '10000',
      LOG_LEVEL: 'debug',
    });
  });
  afterAll(async () => {
    watcher.disconnect();
    await bidder.stop();
    await configured.stop();
    await redis.stop();
    rmSync(folder, { recursive: true });
  });

  const get = async (path: string, cookie = ''): Promise<Response> => {
    const response = await fetch(`http://127.0.0.1:${bidder.port}${path}`, {
      headers: cookie === '' ? {} : { cookie },
      redirect: 'manual',
    });
    const text = await response.text();
    answers.push(`${JSON.stringify([...response.headers])} ${text}`);
    return response;
  };

  /** All that happens with one visitor, from the request to the sale. @returns which campaign bid */
  async function visit(condition: Condition, ownCookie: string): Promise<string | undefined> {
    const body = bodyOf(condition);
    const bid = await fetch(`http://127.0.0.1:${bidder.port}/openrtb2/generic`, { method: 'POST', body });
    const response = await bid.text();
    answers.push(response);
    const explanation = await fetch(`http://127.0.0.1:${bidder.adminPort}/explain/generic`, {
      method: 'POST',
      body,
    });
    answers.push(await explanation.text());
    for (const [, path = ''] of response.matchAll(/https:\/\/bidder\.example(\/[nic]\/[^"\\ ]+)/g)) {
      await get(path.replaceAll('${AUCTION_PRICE}', '1'));
    }
    if (condition.query !== undefined) {
      await get(`/sync/generic?uid=${CANARY.user}&${condition.query}`, ownCookie);
      await get(`/v/acme?action=sale&${condition.query}`, ownCookie);
    }
    return campaignOf(response);
  }

  it('is nowhere read, written, logged or sent; with consent the same is seen', async () => {
    const fresh = await get('/sync/generic');
    const ownCookie = fresh.headers.get('set-cookie')?.split(';')[0] ?? '';
    const ownId = /^nc=([\w-]{22})\./.exec(ownCookie)?.[1] ?? 'no cookie';
    answers.length = 0;

    for (const [name, condition] of Object.entries(WITHOUT_CONSENT)) {
      expect([name, await visit(condition, ownCookie)]).toEqual([name, ANYBODY_CAMPAIGN]);
    }
    const metricsBefore = await (await fetch(`http://127.0.0.1:${bidder.adminPort}/metrics`)).text();
    await waitFor(
      async () => filesIn(join(folder, 'data')).includes('"conversion"'),
      'the events are written',
    );
    const before = {
      answers: withDecoded(answers.join('\n')),
      commands: commands.join('\n'),
      files: withDecoded(filesIn(join(folder, 'data'))),
      log: bidder.output(),
      metrics: metricsBefore,
    };
    commands.length = 0;
    answers.length = 0;

    expect(await visit(WITH_CONSENT, ownCookie)).toBe(RUNNERS_CAMPAIGN);
    const linked = (): boolean => commands.some((command) => command.includes('nc:{x:'));
    await waitFor(() => Promise.resolve(linked()), 'the exchange user is linked to the cookie');
    // The names under which the visitor is filed are keyed hashes.
    const pseudonyms = new Set(
      [...commands.join('\n').matchAll(/nc:\{(?:[a-z]+:)+([^}:]*:)?([\w-]{22})\}/g)].map(
        (found) => found[2] as string,
      ),
    );
    expect(pseudonyms.size).toBeGreaterThanOrEqual(5);
    expect([...pseudonyms].some((name) => withDecoded(answers.join('\n')).includes(name))).toBe(true);

    const signs = [...Object.values(CANARY), ...ADDRESS_SIGNS, ...pseudonyms, ownId];
    const found = Object.entries(before).flatMap(([where, text]) =>
      signs
        .filter((sign) => text.toLowerCase().includes(sign.toLowerCase()))
        .map((sign) => `${sign} in ${where}`),
    );
    expect(found).toEqual([]);
    expect(metricsBefore).toMatch(/narrowcast_profile_lookups_total\{result="(?!no-key)\w[\w-]*"\} 0/);
    for (const limit of ['gdpr-no-consent', 'gdpr-vendor-refused', 'gpp-opt-out', 'gpp-child', 'coppa']) {
      expect(metricsBefore).toMatch(
        new RegExp(`narrowcast_privacy_verdicts_total\\{use="contextual",limit="${limit}"\\} [1-9]`),
      );
    }
  }, 60_000);
});
