import { describe, expect, it } from 'vitest';
import type { Banner, BlockLists, Impression } from '../domain/bid-request.js';
import type { BannerCreative } from '../domain/creative.js';
import { creativeBlock } from './creative.js';
import { dealBlock } from './deal.js';
import { PublisherLists } from './publisher-lists.js';

const creative = {
  format: 'banner',
  size: { w: 300, h: 250 },
  ratio: undefined,
  attributes: [],
  apis: [],
  expandDirections: [],
  mime: 'text/html',
  bannerType: 2,
  language: undefined,
  categories: ['IAB18-5'],
  categoriesElsewhere: new Map(),
  secure: true,
  appBundle: undefined,
} as unknown as BannerCreative;

const banner: Banner = {
  sizes: [{ w: 300, h: 250 }],
  flexSizes: [],
  position: undefined,
  mimes: [],
  typesBlocked: [],
  attributesBlocked: [],
  apis: [],
  expandDirections: [],
};

const blocks: BlockLists = {
  categories: [],
  categoriesAllowed: [],
  categoryTaxonomy: 1,
  advertiserDomains: [],
  apps: [],
  languagesAllowed: [],
  languageTagsAllowed: [],
};

function block(changes: {
  creative?: Partial<BannerCreative>;
  banner?: Partial<Banner>;
  blocks?: Partial<BlockLists>;
  secure?: boolean;
}) {
  const lists = { ...blocks, ...changes.blocks };
  return creativeBlock(
    { ...creative, ...changes.creative },
    { secure: changes.secure ?? true, banner: { ...banner, ...changes.banner } } as Impression,
    lists,
    new PublisherLists(lists),
  );
}

describe('creativeBlock', () => {
  it('lets a plain creative through', () => {
    expect(block({})).toBeUndefined();
  });

  it.each([
    ['another size', { banner: { sizes: [{ w: 300, h: 251 }] } }, 'creative-size'],
    [
      'a flexible place for a fixed creative',
      { banner: { sizes: [], flexSizes: [{ widthRatio: 6, heightRatio: 5, widthMin: 300 }] } },
      'creative-size',
    ],
    ['http on a secure page', { creative: { secure: false } }, 'creative-insecure'],
    ['a blocked category', { blocks: { categories: ['IAB18-5'] } }, 'creative-category'],
    ['the parent of its category blocked', { blocks: { categories: ['IAB18'] } }, 'creative-category'],
    ['only other categories allowed', { blocks: { categoriesAllowed: ['IAB1'] } }, 'creative-category'],
    [
      'no category where only some are allowed',
      { creative: { categories: ['IAB2'] }, blocks: { categoriesAllowed: ['IAB18'] } },
      'creative-category',
    ],
    [
      'a creative without a category where only some are allowed',
      { creative: { categories: [] }, blocks: { categoriesAllowed: ['IAB18'] } },
      'creative-category',
    ],
    [
      'lists in a taxonomy that is not read',
      { blocks: { categories: ['1'], categoryTaxonomy: 6 } },
      'creative-category',
    ],
    [
      'the promoted app blocked',
      { creative: { appBundle: 'com.acme' }, blocks: { apps: ['com.acme'] } },
      'creative-app',
    ],
    ['its banner type blocked', { banner: { typesBlocked: [2] } }, 'creative-type'],
    ['other mimes only', { banner: { mimes: ['image/png'] } }, 'creative-mime'],
    [
      'a blocked attribute',
      { creative: { attributes: [13] }, banner: { attributesBlocked: [13] } },
      'creative-attribute',
    ],
    ['an API that is not offered', { creative: { apis: [5, 7] }, banner: { apis: [5] } }, 'creative-api'],
    [
      'expanding where it may not',
      { creative: { attributes: [3], expandDirections: [1, 4] }, banner: { expandDirections: [1] } },
      'creative-expandable',
    ],
    [
      'expanding nobody knows where',
      { creative: { attributes: [3] }, banner: { expandDirections: [1, 2, 3, 4, 5] } },
      'creative-expandable',
    ],
    [
      'another language',
      { creative: { language: 'de' }, blocks: { languagesAllowed: ['en', 'fr'] } },
      'creative-language',
    ],
    [
      'no language told where only some are allowed',
      { blocks: { languagesAllowed: ['en'] } },
      'creative-language',
    ],
    [
      'a broad language where a region is asked',
      { creative: { language: 'en' }, blocks: { languageTagsAllowed: ['en-us'] } },
      'creative-language',
    ],
    [
      'one of two language lists broken',
      {
        creative: { language: 'en-gb' },
        blocks: { languagesAllowed: ['en'], languageTagsAllowed: ['en-us'] },
      },
      'creative-language',
    ],
  ])('refuses %s', (_about, changes, rule) => {
    expect(block(changes)).toBe(rule);
  });

  it.each([
    ['a category beside a blocked one', { blocks: { categories: ['IAB18-6', 'IAB1'] } }],
    ['the parent of its category allowed', { blocks: { categoriesAllowed: ['IAB18'] } }],
    ['empty lists in a taxonomy that is not read', { blocks: { categoryTaxonomy: 6 } }],
    ['http on an insecure page', { creative: { secure: false }, secure: false }],
    [
      'a flexible creative of the same proportion',
      {
        creative: { size: undefined, ratio: { widthRatio: 12, heightRatio: 10 } },
        banner: { flexSizes: [{ widthRatio: 6, heightRatio: 5, widthMin: 300 }] },
      },
    ],
    [
      'a regional variant of an allowed language',
      { creative: { language: 'en-us' }, blocks: { languagesAllowed: ['en'] } },
    ],
    [
      'no words at all in any language',
      { creative: { language: 'xx' }, blocks: { languagesAllowed: ['en'] } },
    ],
    [
      'expanding where it may',
      { creative: { attributes: [3], expandDirections: [4] }, banner: { expandDirections: [4] } },
    ],
  ])('takes %s', (_about, changes) => {
    expect(block(changes)).toBeUndefined();
  });
});

describe('advertisers', () => {
  const advertiser = (domain: string) => ({ domain }) as Parameters<typeof dealBlock>[2];
  const others = Array.from({ length: 1_000 }, (_, i) => `other-${i}.example`);

  it.each([[], others])('are blocked with all their subdomains, and only with them', (...more) => {
    const isBlocked = (domain: string, entry: string) =>
      new PublisherLists({ ...blocks, advertiserDomains: [...more, entry] }).blocksAdvertiser(domain);
    expect(isBlocked('acme.example', 'acme.example')).toBe(true);
    expect(isBlocked('a.shop.acme.example', 'acme.example')).toBe(true);
    expect(isBlocked('notacme.example', 'acme.example')).toBe(false);
    expect(isBlocked('acme.example', 'shop.acme.example')).toBe(false);
  });

  it('need a deal that takes them and our seat', () => {
    const deal = { seatsAllowed: ['s1'], advertiserDomains: ['acme.example'] } as unknown as Parameters<
      typeof dealBlock
    >[0];
    expect(dealBlock(deal, 's1', advertiser('acme.example'))).toBeUndefined();
    expect(dealBlock(deal, 's2', advertiser('acme.example'))).toBe('deal-seat');
    expect(dealBlock(deal, 's1', advertiser('other.example'))).toBe('deal-advertiser');
  });
});
