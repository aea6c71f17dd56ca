import { z } from 'zod';
import {
  CONNECTION_TYPES,
  DEVICE_TYPES,
  ROLLS,
  type Choice,
  type OsChoice,
  type UnknownPolicy,
} from '../../domain/campaign.js';
import { DIMENSIONS, type DimensionName } from '../../domain/dimensions.js';
import { STAGES } from '../../domain/profile.js';
import { versionNumber } from '../../lib/version.js';
import { PLACEMENTS, POSITIONS } from '../../domain/adcom-words.js';
import { iabCategory } from './iab-category.js';
import { choice, group, lowerText, parsed, text, word } from './fields.js';
import { hours } from './hours.js';
import { listName } from './list-name.js';
import { customerValue, interests, names, people } from './people.js';
import { geo } from './places.js';
import { domainName } from './web.js';

const wordsOf = (words: readonly string[]) => words.join(', ');

// Devices

/** What the missing parts of a version's upper end count as, so that "17" includes 17.4. */
const VERSION_PART_MAX = 999;
const VERSION_EXPECTED = 'a version in quotes, such as "15" or "17.4"';
const versionText = text(VERSION_EXPECTED, { pattern: /^\d{1,3}(\.\d{1,3}){0,2}$/ });
const osName = lowerText('the name of an operating system, such as "ios" or "android"');
const osEntry = z.union([
  osName.transform((name): OsChoice => ({ name, version: { min: -Infinity, max: Infinity } })),
  group('an operating system such as "ios" or {"name": "ios", "min": "15", "max": "17.4"}', {
    name: osName.describe('ios, android, windows, macos, linux and so on.'),
    min: parsed(versionText, VERSION_EXPECTED, (found) => versionNumber(found))
      .optional()
      .describe('Oldest version that will do, such as "15".'),
    max: parsed(versionText, VERSION_EXPECTED, (found) => versionNumber(found, VERSION_PART_MAX))
      .optional()
      .describe('Newest version that will do; "17" includes 17.4.'),
  })
    .refine(({ min = 0, max = Infinity }) => min <= max, {
      error:
        'a range of versions with the older one as "min", such as {"name": "ios", "min": "15", "max": "17.4"}',
    })
    .transform(({ name, min = -Infinity, max = Infinity }): OsChoice => ({ name, version: { min, max } })),
]);

const devices = group('devices, such as {"types": ["phone"], "os": ["ios"]}', {
  types: choice(z.enum(DEVICE_TYPES), 'device types such as ["phone", "tablet"]')
    .optional()
    .describe(`${wordsOf(DEVICE_TYPES)}; mobile includes phones and tablets.`),
  os: choice(osEntry, 'operating systems such as ["ios", "android"]')
    .optional()
    .describe('Operating systems, with versions where they matter: {"name": "ios", "min": "15"}.'),
  makes: names('a maker', 'apple').optional().describe('Makers of the device, such as "apple".'),
  models: names('a model', 'pixel 8').optional().describe('Models of the device.'),
  carriers: names('a carrier', 'verizon')
    .optional()
    .describe('Mobile network operators or internet providers.'),
  connections: choice(z.enum(CONNECTION_TYPES), 'connections such as ["wifi"]')
    .optional()
    .describe(`${wordsOf(CONNECTION_TYPES)}; cellular includes every generation.`),
});

// Inventory

const CATEGORY_EXPECTED = 'a category of the IAB Content Taxonomy 1.0, such as "IAB17" or "IAB17-3"';
export const category = parsed(text(CATEGORY_EXPECTED), CATEGORY_EXPECTED, iabCategory);

const inventory = group('sites and apps, such as {"domains": {"noneOf": ["badnews.example"]}}', {
  exchanges: names('an exchange', 'generic').optional().describe('Exchanges, by the names of their files.'),
  domains: choice(domainName, 'domains such as ["news.example"]')
    .optional()
    .describe('Domains of sites; each includes its subdomains.'),
  bundles: choice(
    lowerText('an app bundle or store number as text in quotes, such as "com.radio.app" or "418987775"'),
    'app bundles such as ["com.radio.app"]',
  )
    .optional()
    .describe('Apps, by bundle name or store number (in quotes).'),
  publishers: choice(
    text('a publisher id as text in quotes, such as "4381"'),
    'publisher ids such as ["4381"]',
  )
    .optional()
    .describe('Publishers, by the id that the exchange gives them.'),
  lists: choice(listName, 'names of lists such as ["premium"]')
    .optional()
    .describe('Lists of sites, apps and publishers that the operator keeps in config/lists, by name.'),
  categories: choice(category, 'IAB categories such as ["IAB17"]')
    .optional()
    .describe('Topics of the page or app, IAB Content Taxonomy 1.0; IAB17 includes IAB17-3.'),
  keywords: names('a word or phrase', 'marathon')
    .optional()
    .describe('Words of the page keywords or of its address.'),
  positions: choice(word(POSITIONS), 'positions such as ["above-the-fold"]')
    .optional()
    .describe(`Where on the screen: ${wordsOf(Object.keys(POSITIONS))}.`),
  placements: choice(word(PLACEMENTS), 'placements of video such as ["instream"]')
    .optional()
    .describe(
      'What a video is played with: "instream" in the content that people came for, with sound; "accompanying" in content ' +
        'beside what they read; "interstitial" alone and filling the screen; "standalone" alone, in a feed or a banner.',
    ),
  roll: choice(z.enum(ROLLS), 'times such as ["pre", "mid"]')
    .optional()
    .describe('When video or audio runs: "pre" before the content, "mid" within it, "post" after it.'),
  rewarded: z
    .boolean({ error: 'true (only places where the visitor gets something for it) or false (none of them)' })
    .transform((only): Choice<boolean> => ({ anyOf: [only], noneOf: [] }))
    .optional()
    .describe('true: only ads for which the visitor gets a reward, as in games; false: none of them.'),
  interstitial: z
    .boolean({ error: 'true (only full-screen interruptions) or false (none of them)' })
    .transform((only): Choice<boolean> => ({ anyOf: [only], noneOf: [] }))
    .optional()
    .describe('true: only ads that interrupt with a full screen; false: none of them.'),
});

// The rest

/** Deals and sizes are always told by a request. */
const UNKNOWABLE = DIMENSIONS.filter(
  (name): name is Exclude<DimensionName, 'deals' | 'sizes'> => name !== 'deals' && name !== 'sizes',
);
const policyWord = z.enum(['reject', 'accept']);
const policyShape = Object.fromEntries(
  UNKNOWABLE.map((name) => [name, policyWord.optional().describe(`When a request does not tell ${name}.`)]),
) as Record<(typeof UNKNOWABLE)[number], z.ZodOptional<typeof policyWord>>;
const unknown = z.union([
  policyWord.transform((lineItem): UnknownPolicy => ({ lineItem, byDimension: new Map() })),
  group('"reject", "accept" or one of them by setting, such as {"default": "reject", "segments": "accept"}', {
    default: policyWord.default('reject').describe('For every setting that is not named.'),
    ...policyShape,
  }).transform(({ default: lineItem, ...byDimension }): UnknownPolicy => {
    const named = UNKNOWABLE.flatMap((name) => {
      const policy = byDimension[name];
      return policy === undefined ? [] : [[name, policy] as const];
    });
    return { lineItem, byDimension: new Map(named) };
  }),
]);

const languageTag = lowerText('a language such as "en" or "pt-br"', {
  pattern: /^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$/,
}).transform((tag) => tag.replaceAll('_', '-'));

export const targetingSection = group('targeting settings, such as {"segments": ["runner"]}', {
  segments: names('a segment', 'runner').optional().describe('Segments of the visitor profile.'),
  people: people.optional().describe('Age, gender, education, occupation, marital status, income.'),
  interests: interests
    .optional()
    .describe('Interests of the visitor, with the least weight (0 to 1) that counts: {"running": 0.6}.'),
  value: customerValue.optional().describe('Customer value: recency, frequency, monetary, lifetime.'),
  stage: choice(z.enum(STAGES), 'stages such as ["lapsing"]')
    .optional()
    .describe(`Stage of the customer's life: ${wordsOf(STAGES)}.`),
  geo: geo.optional().describe('Places: countries, regions, cities, postal codes, circles, IP networks.'),
  devices: devices.optional().describe('Kind of device, its system, maker, model, carrier, connection.'),
  inventory: inventory.optional().describe('Sites, apps, publishers, topics, words, positions, exchanges.'),
  languages: choice(languageTag, 'languages such as ["en"]')
    .optional()
    .describe('Language of the device; "en" includes "en-us".'),
  hours: hours.optional().describe('Hours of the week: {"mon-fri": ["07-09", "18-23"], "sat": ["10-24"]}.'),
  hoursIn: z
    .enum(['flight', 'user'])
    .default('flight')
    .describe(
      '"flight": hours by the clock of the flight\'s time zone; "user": by each visitor\'s own clock.',
    ),
  unknown: unknown
    .prefault('reject')
    .describe(
      'What to do when a request does not tell what is asked: "reject" or "accept", also by setting.',
    ),

  // `hours` lacks the time zone, which stands in the flight.
}).transform(
  ({
    people: who = {},
    value = {},
    devices: { types: deviceTypes, ...on } = {},
    inventory: at = {},
    hours: ofWeek,
    hoursIn,
    ...rest
  }) => ({
    targeting: { ...rest, ...who, ...value, deviceTypes, ...on, ...at },
    hours: ofWeek && { ofWeek, hoursIn },
  }),
);
