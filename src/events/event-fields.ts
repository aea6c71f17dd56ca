import { EVENT_KINDS, type EventKind } from '../domain/event.js';

/** One field of the event log as its readers see it. */
interface EventField {
  readonly name: string;
  readonly kinds: readonly EventKind[];
  readonly type: 'text' | 'number' | 'boolean' | 'list';
  /** Plain words, with the unit; what README says about it. */
  readonly meaning: string;
}

const NOTICES = ['win', 'bill', 'loss', 'impression', 'click'] as const;
const OF_BIDS = ['bid', ...NOTICES] as const;

/**
 * Every field behind `v` and `kind`, in the order in which a line has them. Only what is listed here is written, whatever
 * else an event may carry; a field that is not told is left out of the line.
 */
export const EVENT_FIELDS = [
  { name: 'timeMs', kinds: EVENT_KINDS, type: 'number', meaning: 'when, milliseconds since 1970 UTC' },
  {
    name: 'exchange',
    kinds: ['request', ...OF_BIDS],
    type: 'text',
    meaning: 'name of the exchange’s file',
  },
  {
    name: 'requestHash',
    kinds: ['request', 'bid'],
    type: 'text',
    meaning: 'hash of the request’s id, 16 hexadecimal digits: joins a request with its bids',
  },
  {
    name: 'bidId',
    kinds: OF_BIDS,
    type: 'text',
    meaning: 'our id of the bid, unique over all processes: joins a bid with its notices',
  },
  {
    name: 'advertiser',
    kinds: [...OF_BIDS, 'conversion'],
    type: 'text',
    meaning: 'id of the advertiser',
  },
  { name: 'campaign', kinds: OF_BIDS, type: 'text', meaning: 'id of the campaign' },
  { name: 'lineItem', kinds: OF_BIDS, type: 'text', meaning: 'id of the line item within the campaign' },
  { name: 'creative', kinds: OF_BIDS, type: 'text', meaning: 'id of the creative within the line item' },
  {
    name: 'priceMicros',
    kinds: OF_BIDS,
    type: 'number',
    meaning: 'what was bid: millionths of `currency` per thousand impressions (CPM)',
  },
  {
    name: 'currency',
    kinds: [...OF_BIDS, 'conversion'],
    type: 'text',
    meaning: 'of `priceMicros`, `floorMicros`, `minToWinMicros` and `valueMicros`, ISO 4217',
  },
  {
    name: 'flightDay',
    kinds: OF_BIDS,
    type: 'text',
    meaning: 'day on which the bid was made, in the flight’s time zone: YYYY-MM-DD',
  },
  { name: 'budgetCurrency', kinds: OF_BIDS, type: 'text', meaning: 'currency of the campaign’s budget' },
  {
    name: 'reservedMicros',
    kinds: OF_BIDS,
    type: 'number',
    meaning: 'what the impression costs at most: millionths of `budgetCurrency`',
  },
  {
    name: 'spends',
    kinds: ['win', 'bill'],
    type: 'boolean',
    meaning:
      'true where the notice spends, as the exchange’s file said at the bid, and `chargeMicros` is owed; false also for what is expired, set aside, shown in a review, or test traffic',
  },
  {
    name: 'chargeMicros',
    kinds: ['win', 'bill'],
    type: 'number',
    meaning: 'what the impression costs, once for each `bidId`: millionths of `budgetCurrency`',
  },
  {
    name: 'floorMicros',
    kinds: ['bid'],
    type: 'number',
    meaning: 'least price that the deal or else the impression asked, CPM as above',
  },
  {
    name: 'auctionType',
    kinds: ['bid'],
    type: 'number',
    meaning: '1 first price, 2 second price, 3 fixed price, 500 and up the exchange’s own',
  },
  { name: 'deal', kinds: ['bid'], type: 'text', meaning: 'id of the deal that was bid through' },
  {
    name: 'width',
    kinds: ['bid'],
    type: 'number',
    meaning: 'of the creative, pixels; none where it is flexible',
  },
  {
    name: 'height',
    kinds: ['bid'],
    type: 'number',
    meaning: 'of the creative, pixels; none where it is flexible',
  },
  {
    name: 'domain',
    kinds: ['request', 'bid'],
    type: 'text',
    meaning: 'of the site, without path; none where what was sent is no domain name',
  },
  { name: 'bundle', kinds: ['request', 'bid'], type: 'text', meaning: 'of the app: its bundle or store id' },
  {
    name: 'outcome',
    kinds: ['request', ...NOTICES],
    type: 'text',
    meaning:
      'of a request: bid, no-bid, malformed; of a notice: accepted, expired (too old), set-aside (its price cannot be believed), suspect (a click or an impression that is no person’s)',
  },
  {
    name: 'why',
    kinds: NOTICES,
    type: 'text',
    meaning:
      'why it was set aside (bad-number, negative, above-bid, other-currency, bad-ciphertext) or is suspect (too-fast, just-shown, repeated, not-shown, flood, crawler, listed-address); price-not-told: what was bid is owed; audit: shown in a review',
  },
  { name: 'reason', kinds: ['request'], type: 'text', meaning: 'why there was no bid' },
  { name: 'impressions', kinds: ['request'], type: 'number', meaning: 'impressions that could be bid on' },
  { name: 'bids', kinds: ['request'], type: 'number', meaning: 'bids that were sent' },
  {
    name: 'durationMs',
    kinds: ['request'],
    type: 'number',
    meaning: 'from the request’s arrival to its decision, milliseconds',
  },
  {
    name: 'sampleShare',
    kinds: ['request'],
    type: 'number',
    meaning: 'share of the requests that has a line: the line stands for 1 / `sampleShare` of them',
  },
  {
    name: 'bidAtMs',
    kinds: NOTICES,
    type: 'number',
    meaning: 'when the bid was made, milliseconds since 1970 UTC',
  },
  {
    name: 'lossCode',
    kinds: ['loss'],
    type: 'number',
    meaning: 'why it was lost, from OpenRTB’s list of loss reasons',
  },
  {
    name: 'minToWinMicros',
    kinds: ['loss'],
    type: 'number',
    meaning: 'what would have won, CPM in `currency`, where the exchange tells it',
  },
  {
    name: 'conversionHash',
    kinds: ['conversion'],
    type: 'text',
    meaning: 'hash of the advertiser’s number of the conversion: the same one counts once',
  },
  { name: 'action', kinds: ['conversion'], type: 'text', meaning: 'what the visitor did, such as sale' },
  {
    name: 'valueMicros',
    kinds: ['conversion'],
    type: 'number',
    meaning: 'what it is worth to the advertiser: millionths of `currency`',
  },
  {
    name: 'touches',
    kinds: ['conversion'],
    type: 'list',
    meaning:
      'impressions and clicks of the advertiser before it, the oldest first: `bidId`, `kind` (view or click), `atMs`; last the click that the advertiser named, without `atMs`',
  },
  {
    name: 'test',
    kinds: EVENT_KINDS,
    type: 'boolean',
    meaning: 'true for test traffic, where nothing is spent',
  },
] as const satisfies readonly EventField[];
