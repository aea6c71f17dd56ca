import { integerBetween, type Random } from '../../src/lib/prng.js';

/** What an exchange can do with one bid: paths of links, with its macros replaced. Prices are micros, CPM. */
export interface BidLinks {
  readonly bidId: string;
  readonly campaign: string;
  readonly bidPriceMicros: number;
  win(priceMicros: number): string;
  bill(priceMicros: number): string;
  pixel(priceMicros: number): string;
  loss(code: number): string;
}

interface WireBid {
  readonly id: string;
  readonly cid: string;
  readonly price: number;
  readonly adm: string;
  readonly nurl: string;
  readonly lurl: string;
  readonly burl?: string;
}

export function readResponse(body: string): readonly BidLinks[] {
  const { seatbid } = JSON.parse(body) as {
    readonly seatbid: readonly { readonly bid: readonly WireBid[] }[];
  };
  return seatbid.flatMap(({ bid }) => bid).map(linksOf);
}

function linksOf({ id, cid, price, adm, nurl, lurl, burl }: WireBid): BidLinks {
  const pixel = /https?:[^"\\]*\/i\/[^"\\]*/.exec(adm)?.[0] ?? '';
  const priced = (url: string) => (priceMicros: number) => pathOf(url, { PRICE: decimal(priceMicros) });
  return {
    bidId: id,
    campaign: cid,
    bidPriceMicros: Math.round(price * 1e6),
    win: priced(nurl),
    // Without a billing notice somebody may call one all the same: it stands in no response, but can be guessed from the win.
    bill: priced(burl ?? nurl.replace('/n/win/', '/n/bill/')),
    pixel: priced(pixel),
    loss: (code) => pathOf(lurl, { PRICE: '', LOSS: String(code), MIN_TO_WIN: '' }),
  };
}

function pathOf(url: string, values: Readonly<Record<string, string>>): string {
  const given: Readonly<Record<string, string>> = { CURRENCY: 'USD', ...values };
  const { pathname, search } = new URL(
    url.replaceAll(/\$\{AUCTION_(\w+)\}/g, (_, name: string) => given[name] ?? ''),
  );
  return `${pathname}${search}`;
}

/** An exact decimal of six places at most, as an exchange writes it. */
function decimal(micros: number): string {
  return (micros / 1e6).toFixed(6);
}

/** The link of a billing with another token than ours: a letter changed, cut short, or somebody's own invention. */
export function forgedPath(links: BidLinks, random: Random): string {
  const path = links.bill(links.bidPriceMicros);
  const [, before = '', token = '', after = ''] = /^(.*\/)([^/?]+)(\?.*)$/.exec(path) ?? [];
  const at = integerBetween(random, 0, token.length - 1);
  const other = token[at] === 'A' ? 'B' : 'A';
  const forgeries = [
    `${token.slice(0, at)}${other}${token.slice(at + 1)}`,
    token.slice(0, -1),
    `${token}A`,
    Buffer.from(JSON.stringify({ bid: links.bidId, price: 1e9 })).toString('base64url'),
  ];
  return `${before}${forgeries[integerBetween(random, 0, forgeries.length - 1)]}${after}`;
}
