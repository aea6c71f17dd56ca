import { z } from 'zod';
import { RULE_MODES, type RuleMode } from '../../domain/rule-mode.js';
import { TRAFFIC_DEFAULT } from '../../domain/traffic-policy.js';
import { parseIpRange } from '../../lib/ip.js';
import { group, list, parsed, text, wholeNumber } from './fields.js';

const LISTS_MAX = 20;
const TRUSTED_MAX = 1_000;
const WORDS_MAX = 1_000;
const MINUTE = { min: 1, max: 60_000 };
const SECONDS = { min: 1, max: 60 };
const MILLISECONDS = { min: 1, max: 10_000 };

const { rates, duplicates, clicks } = TRAFFIC_DEFAULT;

const mode = (without: RuleMode) =>
  z
    .enum(RULE_MODES)
    .default(without)
    .describe(
      `"on": what it finds is refused or not counted; "dry-run": only counted, in the metrics; "off".`,
    );

const perMinute = (without: number, what: string) =>
  wholeNumber('a whole number a minute, such as 600', MINUTE).default(without).describe(what);

const seconds = (without: number, what: string) =>
  wholeNumber('whole seconds, such as 10', SECONDS)
    .default(without / 1_000)
    .describe(what);

const milliseconds = (without: number, what: string) =>
  wholeNumber('whole milliseconds, such as 300', MILLISECONDS).default(without).describe(what);

const networks = (what: string) =>
  list(
    parsed(
      z.string({ error: 'an address or a network, as text in quotes' }),
      'an address or a network such as "203.0.113.0/24"',
      parseIpRange,
    ),
    'a list of networks such as ["203.0.113.0/24"]',
    TRUSTED_MAX,
    '; leave it out when there are none',
  )
    .default([])
    .describe(what);

/** Words are looked for anywhere in a user agent: a short one stands in too many. */
const crawlerWord = text('at least 5 visible ASCII characters of a user agent, such as "examplebot/"', {
  pattern: /^[\x21-\x7e][\x20-\x7e]{3,}[\x21-\x7e]$/,
  charactersMax: 100,
}).refine((word) => !ORDINARY_AGENTS.some((agent) => agent.toLowerCase().includes(word.toLowerCase())), {
  error: 'a word that stands in the user agents of crawlers only, and not in those of browsers',
});

/** What browsers say of themselves: a word of theirs in the list would refuse everybody. */
const ORDINARY_AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/130.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0',
  'Mozilla/5.0 (SMART-TV; Linux; Tizen 7.0) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/4.0 TV Safari/537.36',
];

const addressList = group('a list in braces: { "file": "lists/datacentres.cidr", "mode": "on" }', {
  file: text('a file in the folder lists, such as "lists/datacentres.cidr"', {
    pattern: /^lists\/[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*\.cidr$/,
  }).describe('The file: an address or a network a line; what follows # or ; is a remark.'),
  mode: mode('on'),
});

/** Everything has a default, so `{}` is the policy that holds without the file. */
export const trafficFile = group('the traffic policy in braces: { … }', {
  $schema: z.string().optional().describe('Lets editors complete and check: "schema/traffic.schema.json".'),
  crawlers: group('a rule in braces: { "mode": "on", "more": ["examplebot"] }', {
    mode: mode('on'),
    more: list(
      crawlerWord,
      'a list of words such as ["examplebot"]',
      WORDS_MAX,
      '; leave it out when there are no more',
    )
      .default([])
      .describe('Words of more crawlers: who has one in the user agent is no person.'),
  })
    .prefault({})
    .describe('Crawlers, link previews and browsers without a screen, by their user agents (nbr 3).'),
  addressLists: list(
    addressList,
    'a list such as [{ "file": "lists/datacentres.cidr" }]',
    LISTS_MAX,
    '; leave it out when there are none',
  )
    .default([])
    .describe('Addresses of datacentres, proxies and others that no visitor has (nbr 5).'),
  impossibleDevices: group('a rule in braces: { "mode": "dry-run" }', { mode: mode('dry-run') })
    .prefault({})
    .describe('Devices that cannot be, such as iOS made by Samsung (nbr 4).'),
  spoofedInventory: group('a rule in braces: { "mode": "dry-run" }', { mode: mode('dry-run') })
    .prefault({})
    .describe(
      'Sites whose page is on another domain, apps whose bundle is another system’s, apps in a named browser (nbr 4).',
    ),
  rates: group('a rule in braces: { "mode": "dry-run", "perAddress": 6000, "perUser": 600 }', {
    mode: mode(rates.mode),
    perAddress: perMinute(
      rates.perAddressMax,
      'Most requests a minute and process from an address (IPv6: a /64). A carrier has thousands of people behind one, and some exchanges tell only the first 24 bits.',
    ),
    perUser: perMinute(rates.perUserMax, 'Most requests a minute and process of one user.'),
  })
    .prefault({})
    .describe('More requests than people make (nbr 4).'),
  duplicates: group('a rule in braces: { "mode": "dry-run", "withinSeconds": 10 }', {
    mode: mode(duplicates.mode),
    withinSeconds: seconds(duplicates.withinMs, 'For how long an id is not to come again.'),
  })
    .prefault({})
    .describe('Requests whose id the same exchange sent a moment ago (nbr 4).'),
  unknownUsers: group('a rule in braces: { "mode": "off" }', { mode: mode('off') })
    .prefault({})
    .describe(
      'Requests that name no user: no id of ours, of the exchange, of the device or of others (nbr 8).',
    ),
  clicks: group('the rules for clicks in braces: { "repeated": { "mode": "on" }, … }', {
    tooSoonAfterBid: group('a rule in braces: { "mode": "on", "milliseconds": 300 }', {
      mode: mode(clicks.tooSoonAfterBid.mode),
      milliseconds: milliseconds(clicks.tooSoonAfterBid.withinMs, 'Sooner after the bid nobody can click.'),
    })
      .prefault({})
      .describe('Clicks sooner after the bid than anybody sees the ad.'),
    tooSoonAfterImpression: group('a rule in braces: { "mode": "dry-run", "milliseconds": 100 }', {
      mode: mode(clicks.tooSoonAfterImpression.mode),
      milliseconds: milliseconds(
        clicks.tooSoonAfterImpression.withinMs,
        'Sooner after the impression nobody clicks on purpose.',
      ),
    })
      .prefault({})
      .describe('Clicks at once after the impression, as far as this process was told of it.'),
    repeated: group('a rule in braces: { "mode": "on", "seconds": 1 }', {
      mode: mode(clicks.repeated.mode),
      seconds: seconds(clicks.repeated.withinMs, 'A further click so soon is the same one.'),
    })
      .prefault({})
      .describe('The same ad clicked again at once.'),
    withoutImpression: group('a rule in braces: { "mode": "dry-run" }', {
      mode: mode(clicks.withoutImpression),
    })
      .prefault({})
      .describe(
        'Clicks on ads that nobody was shown. For one process alone: another does not hear of the impressions of this one.',
      ),
    floods: group('a rule in braces: { "mode": "dry-run", "perAddress": 300, "perUser": 20 }', {
      mode: mode(clicks.floods.mode),
      perAddress: perMinute(
        clicks.floods.perAddressMax,
        'Most clicks a minute and process from one address (IPv6: a /64).',
      ),
      perUser: perMinute(
        clicks.floods.perUserMax,
        'Most clicks a minute and process of one visitor, where caps make visitors countable.',
      ),
    })
      .prefault({})
      .describe('More clicks than people make.'),
  })
    .prefault({})
    .describe(
      'Clicks that are written down and marked, but not counted. Whoever clicked arrives all the same.',
    ),
  ownProxies: networks(
    'Your proxies in front of the bid port: whom they speak for is read from X-Forwarded-For.',
  ),
  notifyingServers: networks(
    'Servers of exchanges that fire notices for browsers: for whom is read from X-Device-IP, X-Device-User-Agent and X-Forwarded-For.',
  ),
}).meta({
  title: 'Traffic',
  description: 'What is taken for a person, on requests and on clicks.',
});

/** What the file says; the lists that it names are read elsewhere. */
export type TrafficSettings = Omit<z.output<typeof trafficFile>, '$schema'>;

export function trafficOf({ $schema: _forEditors, ...given }: z.output<typeof trafficFile>): TrafficSettings {
  return given;
}
