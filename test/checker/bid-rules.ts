import type { BidFacts, BidRule } from './bid-facts.js';
import { number, text, texts, type Fields } from './loose-json.js';

const CREATIVE_ID_BYTES_MAX = 64;
const DOMAIN_CHARACTERS_MAX = 128;
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

/** What a bid has to say whatever was asked: lines 54 to 63 of the rule book. */
export const BID_RULES: readonly BidRule[] = [
  [55, identityProblems],
  [56, ({ bid }) => problemIf(!isCreativeId(bid['crid']), 'crid must have 1 to 64 bytes')],
  [57, domainProblems],
  [58, markupProblems],
  [59, ({ bid }) => problemIf(bid['mtype'] !== 1, 'mtype must be 1, a banner')],
  [60, detailProblems],
  [62, macroProblems],
  [
    63,
    ({ bid }) =>
      problemIf(
        !/\$\{AUCTION_PRICE/.test(`${text(bid['adm'])}${text(bid['burl'])}`),
        'no ${AUCTION_PRICE} in adm or burl',
      ),
  ],
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

function markupProblems({ bid }: BidFacts): string[] {
  return [
    ...problemIf(typeof bid['adm'] !== 'string' || bid['adm'].trim() === '', 'adm must hold the markup'),
    ...problemIf(bid['api'] !== undefined, 'api is deprecated, apis takes its place'),
  ];
}

function detailProblems({ bid }: BidFacts): string[] {
  const exp = bid['exp'];
  return [
    ...Object.keys(bid)
      .filter((name) => !BID_FIELDS.has(name))
      .map((name) => `the specification knows no field ${name}`),
    ...problemIf(text(bid['cid']) === undefined, 'cid must name the campaign'),
    ...problemIf(texts(bid['cat']).length > 0 && number(bid['cattax']) === undefined, 'cat needs its cattax'),
    ...problemIf(
      bid['language'] !== undefined && bid['langb'] !== undefined,
      'language and langb exclude each other',
    ),
    ...problemIf(!Number.isInteger(exp) || (exp as number) <= 0, 'exp must be a number of seconds'),
    ...problemIf((text(bid['iurl']) ?? '').includes('${'), 'iurl must be free of macros'),
  ];
}

/** Ours must all be replaced; what is left must be the exchange's. */
function macroProblems({ bid }: BidFacts): string[] {
  return ['adm', 'nurl', 'burl', 'lurl'].flatMap((name) =>
    [...(text(bid[name]) ?? '').matchAll(MACRO)]
      .filter(([, macro]) => !AUCTION_MACRO.test(macro ?? ''))
      .map(([whole]) => `${name} holds the macro ${whole}, which nobody replaces`),
  );
}

function noticeProblems({ bid, exchange }: BidFacts): string[] {
  const byBurl = exchange['billing'] === 'burl';
  return [
    ...['nurl', 'burl', 'lurl', 'iurl'].flatMap((name) => linkProblems(bid, name)),
    ...problemIf(byBurl && bid['burl'] === undefined, 'the exchange bills by burl, and there is none'),
    ...problemIf(!byBurl && bid['burl'] !== undefined, 'the exchange does not bill by burl'),
    ...problemIf(
      exchange['billing'] === 'impression' && !/\/i\/[\w.~-]+/.test(text(bid['adm']) ?? ''),
      'adm has no pixel',
    ),
  ];
}

function linkProblems(bid: Fields, name: string): string[] {
  if (bid[name] === undefined) return [];
  const link = (text(bid[name]) ?? '').replace(MACRO, '1');
  const isLink = /^https?:\/\/[^\s"'<>\\]+$/.test(link) && URL.canParse(link);
  return problemIf(!isLink, `${name} is no link: ${link}`);
}
