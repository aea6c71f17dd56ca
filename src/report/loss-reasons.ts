/** OpenRTB's list of loss reasons (AdCOM "Loss Reason Codes"), in its words. */
const LOSS_REASONS: Readonly<Record<number, string>> = {
  0: 'Bid Won',
  1: 'Internal Error',
  2: 'Impression Opportunity Expired',
  3: 'Invalid Bid Response',
  4: 'Invalid Deal ID',
  5: 'Invalid Auction ID',
  6: 'Invalid Advertiser Domain',
  7: 'Missing Markup',
  8: 'Missing Creative ID',
  9: 'Missing Bid Price',
  10: 'Missing Minimum Creative Approval Data',
  100: 'Bid was Below Auction Floor',
  101: 'Bid was Below Deal Floor',
  102: 'Lost to Higher Bid',
  103: 'Lost to a Bid for a PMP Deal',
  104: 'Buyer Seat Blocked',
  200: 'Creative Filtered - General; Reason Unknown',
  201: 'Creative Filtered - Pending Processing by Exchange',
  202: 'Creative Filtered - Disapproved by Exchange',
  203: 'Creative Filtered - Size Not Allowed',
  204: 'Creative Filtered - Incorrect Creative Format',
  205: 'Creative Filtered - Advertiser Exclusions',
  206: 'Creative Filtered - App Bundle Exclusions',
  207: 'Creative Filtered - Not Secure',
  208: 'Creative Filtered - Language Exclusions',
  209: 'Creative Filtered - Category Exclusions',
  210: 'Creative Filtered - Creative Attribute Exclusions',
  211: 'Creative Filtered - Ad Type Exclusions',
  212: 'Creative Filtered - Animation Too Long',
  213: 'Creative Filtered - Not Allowed in PMP Deal',
};
const EXCHANGE_SPECIFIC = 1_000;
/** What the table `bids` has where the notice told no code. */
const NOT_TOLD = -1;

export function lossReason(code: number): string {
  if (code === NOT_TOLD) return 'not told';
  if (code >= EXCHANGE_SPECIFIC) return 'the exchange’s own reason';
  return LOSS_REASONS[code] ?? 'not in the list';
}
