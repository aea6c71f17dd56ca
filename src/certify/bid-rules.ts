import { FORMATS, formatsOf, markupTypeOf, type BidFacts, type BidRule } from './bid-facts.js';
import { fields, list, number, text, texts, type Fields } from './loose-json.js';

const CREATIVE_ID_BYTES_MAX = 64;
const DOMAIN_CHARACTERS_MAX = 128;
/** IAB "DSA Transparency": from this value on it must be there; the publisher will show it; the longest name. */
const DSA_REQUIRED = 2;
const PUBLISHER_WILL = 2;
const DSA_CHARACTERS_MAX = 100;
const DOMAIN = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/;
const MACRO = /\$\{([^}]*)\}/g;

/** §4.4 of OpenRTB 2.6; `:X` is a suffix that an exchange may define. */
const AUCTION_MACRO =
  /^AUCTION_(ID|BID_ID|IMP_ID|SEAT_ID|AD_ID|PRICE|CURRENCY|MBR|LOSS|MIN_TO_WIN|MULTIPLIER|IMP_TS|DISCOUNT_PCT|DISCOUNT_CPM)(:\w+)?$/;

/** Every field that §4.2.3 knows; `wratio` and the like are written as it spells them. */
const BID_FIELDS = new Set(
  (
    'id impid price nurl burl lurl adm adid adomain bundle iurl cid crid tactic cattax cat attr apis api protocol ' +
    'qagmediarating language langb dealid w h wratio hratio exp dur mtype slotinpod ext'
  ).split(' '),
);

/** What a bid has to say whatever was asked: lines 49 and 54 to 66 of the rule book. */
export const BID_RULES: readonly BidRule[] = [
  [55, identityProblems],
  [56, ({ bid }) => problemIf(!isCreativeId(bid['crid']), 'crid must have 1 to 64 bytes')],
  [57, domainProblems],
  [49, transparencyProblems],
  [58, markupProblems],
  [59, markupTypeProblems],
  [60, detailProblems],
  [62, macroProblems],
  [63, priceMacroProblems],
  [66, noticeProblems],
];

function problemIf(isWrong: boolean, problem: string): string[] {
  return isWrong ? [problem] : [];
}

function identityProblems({ bid }: BidFacts): string[] {
  const price = bid['price'];
  const isPrice = typeof price === 'number' && Number.isFinite(price) && price >= 0;
  return [
    ...problemIf(typeof bid['id'] !== 'string' || bid['id'].trim() === '', 'id must not be blank'),
    ...problemIf(!isPrice, 'price must be a number from 0 up'),
    ...problemIf(price === 0 && bid['dealid'] === undefined, 'price 0 needs a deal'),
  ];
}

function isCreativeId(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= CREATIVE_ID_BYTES_MAX;
}

function domainProblems({ bid }: BidFacts): string[] {
  const domains = texts(bid['adomain']);
  if (domains.length !== 1) return [`adomain must be one domain, found ${domains.length}`];
  const [domain = ''] = domains;
  return problemIf(
    !DOMAIN.test(domain) || domain.length > DOMAIN_CHARACTERS_MAX,
    `adomain is no domain: ${domain}`,
  );
}

/** A foreign bidder may leave its markup to the answer of `nurl`. */
function markupProblems({ bid, exchange, isOurs }: BidFacts): string[] {
  const hasMarkup = typeof bid['adm'] === 'string' && bid['adm'].trim() !== '';
  const isBefore = exchange['version'] === '2.5';
  return [
    ...problemIf(!hasMarkup && (isOurs || text(bid['nurl']) === undefined), 'adm must hold the markup'),
    ...problemIf(!isBefore && bid['api'] !== undefined, 'api is deprecated, apis takes its place'),
    ...problemIf(isBefore && bid['apis'] !== undefined, 'OpenRTB 2.5 has api, and no apis yet'),
  ];
}

/** Line 59: what kind of markup it is must be told where several kinds could come. OpenRTB 2.5 has no word for it. */
function markupTypeProblems({ bid, impression, exchange, isOurs }: BidFacts): string[] {
  const told = markupTypeOf(bid);
  const isNeeded = formatsOf(impression).length > 1 || (isOurs && exchange['version'] !== '2.5');
  if (told === undefined) return problemIf(isNeeded, 'mtype must tell the format');
  return problemIf(FORMATS[told - 1] === undefined, `mtype ${told} is no format`);
}

/** The transparency that European law asks for, as the IAB writes it: who pays, for whom, and what it was chosen by. */
function transparencyProblems({ bid, request }: BidFacts): string[] {
  const regulations = fields(request['regs']);
  const wish = fields(regulations['dsa'] ?? fields(regulations['ext'])['dsa']);
  const given = fields(bid['ext'])['dsa'];
  const isRequired = (number(wish['dsarequired']) ?? 0) >= DSA_REQUIRED;
  if (given === undefined) return problemIf(isRequired, 'ext.dsa is required');
  const { behalf, paid, adrender, transparency } = fields(given);
  const [publisher, buyer] = [number(wish['pubrender']), number(adrender)];
  return [
    ...[behalf, paid].flatMap((name) =>
      problemIf(
        typeof name !== 'string' || name === '' || name.length > DSA_CHARACTERS_MAX,
        `behalf and paid must have 1 to ${DSA_CHARACTERS_MAX} characters`,
      ),
    ),
    ...problemIf(
      isRequired && list(transparency).length === 0,
      'transparency must say what it was chosen by',
    ),
    ...list(transparency)
      .map(fields)
      .flatMap(({ domain, dsaparams }) =>
        problemIf(
          !DOMAIN.test(text(domain) ?? '') || list(dsaparams).length === 0,
          'transparency needs a domain and its dsaparams',
        ),
      ),
    ...problemIf(publisher === PUBLISHER_WILL && buyer === 1, 'both publisher and buyer render it'),
    ...problemIf(isRequired && publisher === 0 && buyer !== 1, 'neither publisher nor buyer renders it'),
  ];
}

/** The exchange's own macro must be there where the page, or who bills, learns the price from it. */
function priceMacroProblems({ bid, exchange }: BidFacts): string[] {
  const macro = text(fields(exchange['price'])['macro']) ?? '${AUCTION_PRICE}';
  const places = ['adm', 'nurl', 'burl', 'lurl'].map((name) => text(bid[name]) ?? '');
  const others = places.flatMap((place) => place.match(/\$\{AUCTION_PRICE[^}]*\}/g) ?? []);
  return [
    ...problemIf(!`${text(bid['adm'])}${text(bid['burl'])}`.includes(macro), `no ${macro} in adm or burl`),
    ...others.filter((found) => found !== macro).map((found) => `${found} stands where ${macro} is replaced`),
    ...problemIf(
      places.some((place) => /%24%7BAUCTION_/i.test(place)),
      'a macro is encoded for links, and so not replaced',
    ),
  ];
}

function detailProblems({ bid, isOurs }: BidFacts): string[] {
  const exp = bid['exp'];
  const hasExpiry = isOurs || exp !== undefined;
  return [
    ...Object.keys(bid)
      .filter((name) => !BID_FIELDS.has(name))
      .map((name) => `the specification knows no field ${name}`),
    ...problemIf(isOurs && text(bid['cid']) === undefined, 'cid must name the campaign'),
    ...problemIf(texts(bid['cat']).length > 0 && number(bid['cattax']) === undefined, 'cat needs its cattax'),
    ...problemIf(
      bid['language'] !== undefined && bid['langb'] !== undefined,
      'language and langb exclude each other',
    ),
    ...problemIf(
      hasExpiry && (!Number.isInteger(exp) || (exp as number) <= 0),
      'exp must be a number of seconds',
    ),
    ...problemIf((text(bid['iurl']) ?? '').includes('${'), 'iurl must be free of macros'),
  ];
}

/** Ours must all be replaced; what is left must be the exchange's. */
function macroProblems({ bid, exchange }: BidFacts): string[] {
  const own = text(fields(exchange['price'])['macro']);
  return ['adm', 'nurl', 'burl', 'lurl'].flatMap((name) =>
    [...(text(bid[name]) ?? '').matchAll(MACRO)]
      .filter(([whole, macro]) => whole !== own && !AUCTION_MACRO.test(macro ?? ''))
      .map(([whole]) => `${name} holds the macro ${whole}, which nobody replaces`),
  );
}

/** A stream is billed by the `Impression` of its VAST, so a `burl` may be missing there (line 66). */
function noticeProblems({ bid, exchange, format, isOurs }: BidFacts): string[] {
  const { billing } = exchange;
  const hasPixel = /\/i\/[\w.~-]+/.test(text(bid['adm']) ?? '');
  const isStream = format === 'video' || format === 'audio';
  const isBilled = bid['burl'] !== undefined || (isStream && hasPixel);
  return [
    ...['nurl', 'burl', 'lurl', 'iurl'].flatMap((name) => linkProblems(bid, name)),
    ...problemIf(billing === 'burl' && !isBilled, 'the exchange bills by burl, and there is none'),
    ...problemIf(
      billing !== undefined && billing !== 'burl' && bid['burl'] !== undefined,
      'the exchange does not bill by burl',
    ),
    ...problemIf(isOurs && billing === 'impression' && !hasPixel, 'adm has no pixel'),
  ];
}

function linkProblems(bid: Fields, name: string): string[] {
  if (bid[name] === undefined) return [];
  const link = (text(bid[name]) ?? '').replace(MACRO, '1');
  const isLink = /^https?:\/\/[^\s"'<>\\]+$/.test(link) && URL.canParse(link);
  return problemIf(!isLink, `${name} is no link: ${link}`);
}
