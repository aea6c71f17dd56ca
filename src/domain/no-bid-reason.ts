/**
 * Why a request was answered without a bid: the closed list, each with the `nbr` code an exchange is told
 * (OpenRTB 2.6 §4.2.1 and AdCOM "No-Bid Reason Codes"; codes of 500 and up are ours).
 */
export const NO_BID_REASONS = {
  /** No line item wanted any impression of the request, or none that wanted it could pay the floor. */
  'no-match': 0,
  /** The exchange's file says that it is paused. */
  'exchange-paused': 0,
  /** Too many requests in work at once. */
  overload: 1,
  /** A mistake of ours: the request met an error that is written to the log. */
  'internal-error': 1,
  /** What is bid could not be written down: the ledger does not answer, or the disk is full. */
  'no-ledger': 1,
  /** The body holds so many values that parsing it would hold up everybody else. It may be a valid request. */
  'request-too-complex': 1,
  'invalid-request': 2,
  /** A known crawler. */
  crawler: 3,
  /** More requests than any person makes, a device that does not exist, a request seen before. */
  'non-human-traffic': 4,
  /** The address is a datacentre's or a proxy's. */
  'datacentre-address': 5,
  /** The operator's lists block the site, the app or who sells it. */
  'publisher-blocked': 7,
  /** Nothing names the user, and the operator buys known users only. */
  'unmatched-user': 8,
  /** The operator buys only where the seller is named in ads.txt, and the file is not there. */
  'ads-txt-unavailable': 11,
  /** The ads.txt of the site does not name who sells it. */
  'ads-txt-violation': 12,
  /** tmax is too short to answer, the time ran out on the way, or the caller went away meanwhile. */
  'too-late': 15,
  'supply-chain-incomplete': 16,
  'supply-chain-blocked': 17,
  /** The impressions are in no currency that we hold a rate for. */
  currency: 500,
  /** Our seat is on the request's block list, or missing from its allow list. */
  seat: 501,
  /** A bid was found, but its response would be longer than the exchange accepts. */
  'response-too-large': 502,
  /** Without consent the operator does not bid at all. */
  privacy: 503,
  /** The exchange sends more requests a second than its file allows. */
  quota: 504,
} as const;

export type NoBidReason = keyof typeof NO_BID_REASONS;
