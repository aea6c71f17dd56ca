import type { NoticeFacts } from '../../domain/notice.js';
import { SAMPLE_NOTICE } from '../../../test/support/sample-notice.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyCreativeFile } from '../../../test/support/any-creative.js';
import { campaignWith, fileText } from '../../../test/support/campaign-file.js';
import type { Campaign, LineItem } from '../../domain/campaign.js';
import type { Creative } from '../../domain/creative.js';
import { PLAIN_PRICE, type Exchange } from '../../domain/catalog.js';
import type { CampaignId, CreativeId, ExchangeId, LineItemId } from '../../domain/ids.js';
import { USD, type Micros } from '../../domain/money.js';
import { longestShown } from '../../bid/longest-shown.js';
import { compileCreative } from '../../exchange/compile-creative.js';
import { encodeBidResponse } from '../../exchange/encode.js';
import { createNoticeTokens } from '../../notices/token.js';
import { readCampaign, readExchange } from '../read-file.js';
import { pictureMarkup } from '../schema/markup.js';
import { responseBytesMin } from './response-bytes.js';

const tokens = createNoticeTokens([{ id: 'test', secret: Buffer.alloc(32, 7) }]);

function readSample(): { campaign: Campaign; exchange: Exchange } {
  const campaign = readCampaign(Buffer.from(fileText(campaignWith())), 'campaigns/trail.json');
  const exchange = readExchange(Buffer.from('{}'), 'exchanges/x.json');
  if (!campaign.good || !exchange.good) throw new Error('the samples are good');
  return { campaign: campaign.content.campaign, exchange: exchange.content };
}

const sample = readSample();
const [lineItem] = sample.campaign.lineItems as [LineItem];
const [creative] = lineItem.creatives as [Creative];

interface Parts {
  readonly campaign: Campaign;
  readonly lineItem: LineItem;
  readonly creative: Creative;
  readonly exchange: Exchange;
}

/** As the bidder writes it. */
function responseBytes(
  { campaign, lineItem: item, creative: shown, exchange }: Parts,
  around = SHORTEST,
): number {
  const facts: NoticeFacts = {
    ...SAMPLE_NOTICE,
    exchange: exchange.id,
    bidId: 'XfX2cC21-0',
    campaign: campaign.id,
    lineItem: item.id,
    creative: shown.id,
    priceMicros: around.priceMicros,
    currency: USD,
    advertiser: campaign.advertiser.id,
    billing: exchange.billing,
  };
  const bid = {
    bidId: facts.bidId,
    impressionId: '1',
    priceMicros: facts.priceMicros,
    campaign,
    creative: shown,
    compiled: compileCreative(shown),
    shown: longestShown(shown),
    categoryTaxonomy: 1,
    dealId: undefined,
    seat: exchange.seat,
    slotInPod: 0,
    extension: '',
    expirySeconds: 60,
    noticeToken: tokens.sign(facts),
    pixelToken: tokens.sign({ ...facts, isForPage: true }),
    clickToken: tokens.sign({ ...facts, landing: shown.landing }),
    cacheBuster: 1,
  };
  const { requestId, publicUrl } = around;
  const unlimited = { ...exchange, responseBytesMax: 1e9 };
  const { body } = encodeBidResponse({
    requestId,
    exchange: unlimited,
    currency: USD,
    publicUrl,
    bids: [bid],
  });
  return Buffer.byteLength(body);
}

const SHORTEST = { requestId: '1', publicUrl: 'http://a.co', priceMicros: 1_000_000 as Micros };
const USUAL = {
  requestId: 'b3b1f3a0-0d0e-4c6b-9f3e-2d1c5a7b9e11',
  publicUrl: 'https://bid.acme.example',
  priceMicros: 3_200_000 as Micros,
};

describe('the fewest bytes of a response', () => {
  const id = fc.stringMatching(/^[a-z]{1,40}$/);
  const markup = fc.array(
    fc.constantFrom('<a href="', '${CLICK_URL}', '${CLICK_URL_ENC}', '${CACHEBUSTER}', '</a>', 'é', '\n'),
  );

  it('are never more than the bidder writes, and hardly less', () => {
    fc.assert(
      fc.property(
        fc.record({ campaign: id, lineItem: id, creative: id, exchange: id }),
        markup,
        fc.webUrl(),
        fc.constantFrom('burl', 'impression', 'win'),
        fc.constantFrom('${AUCTION_PRICE}', '${AUCTION_PRICE:B64}', '%%WINNING_PRICE%%'),
        (ids, pieces, landing, billing, macro) => {
          const parts = {
            campaign: { ...sample.campaign, id: ids.campaign as CampaignId },
            lineItem: { ...lineItem, id: ids.lineItem as LineItemId },
            creative: { ...creative, id: ids.creative as CreativeId, markup: pieces.join(''), landing },
            exchange: {
              ...sample.exchange,
              id: ids.exchange as ExchangeId,
              billing,
              price: { ...PLAIN_PRICE, macro },
            },
          };
          const least = responseBytesMin(parts);
          const written = responseBytes(parts);
          expect(least).toBeLessThanOrEqual(written);
          const encodedAgain = pieces.filter(
            (piece) => piece === '${CLICK_URL_ENC}' || piece === '</a>',
          ).length;
          expect(written - least).toBeLessThan(50 + 20 * encodedAgain);
        },
      ),
    );
  });

  it('are no more than it writes of a creative of any format, and what a file may say fits into 4,096', () => {
    fc.assert(
      fc.property(anyCreativeFile, (given) => {
        const file = fileText(campaignWith(['lineItems', 0, 'creatives', 0], given));
        const found = readCampaign(Buffer.from(file), 'campaigns/trail.json');
        const shown = found.good && found.content.campaign.lineItems[0]?.creatives[0];
        fc.pre(shown !== false && shown !== undefined);
        const parts = { ...sample, lineItem, creative: shown };
        expect(responseBytesMin(parts)).toBeLessThanOrEqual(responseBytes(parts));
        expect(responseBytes(parts, USUAL)).toBeLessThanOrEqual(4_096);
      }),
      { numRuns: 300 },
    );
  });

  it('of a picture that can be clicked fit into the least that an exchange may take', () => {
    const picture = { markup: pictureMarkup('https://cdn.acme.example/a.png', { w: 300, h: 250 }) };
    const parts = {
      campaign: {
        ...sample.campaign,
        id: 'a' as CampaignId,
        advertiser: { ...sample.campaign.advertiser, domain: 'acme.example' },
      },
      lineItem: { ...lineItem, id: 'b' as LineItemId },
      creative: { ...creative, ...picture, id: 'c' as CreativeId, landing: 'https://acme.example/' },
      exchange: { ...sample.exchange, id: 'x' as ExchangeId, seat: '1', billing: 'impression' as const },
    };
    const least = responseBytes({ ...parts, creative: { ...parts.creative, categories: [] } }, USUAL);
    const accepted = (responseBytesMax: number) =>
      readExchange(Buffer.from(JSON.stringify({ responseBytesMax })), 'exchanges/x.json').good;
    expect([accepted(1_087), accepted(1_088)]).toEqual([false, true]);
    expect(least).toBeLessThanOrEqual(1_088);
    expect(least).toBeGreaterThan(900);
  });
});
