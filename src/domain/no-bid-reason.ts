/**
 * Why a request was answered without a bid: the closed list, each with the `nbr` code an exchange is told
 * (OpenRTB 2.6 §4.2.1 and AdCOM "No-Bid Reason Codes"; codes of 500 and up are ours).
 */
export const NO_BID_REASONS = {
  /** No line item wanted any impression of the request, or none that wanted it could pay the floor. */
  'no-match': 0,
  /** Too many requests in work at once. */
  overload: 1,
  /** A mistake of ours: the request met an error that is written to the log. */
  'internal-error': 1,
  /** What is bid could not be written down: the ledger does not answer, or the disk is full. */
  'no-ledger': 1,
  /** The body holds so many values that parsing it would hold up everybody else. It may be a valid request. */
  'request-too-complex': 1,
  'invalid-request': 2,
  /** tmax is too short to answer, or the time ran out on the way. */
  'too-late': 15,
  /** The impressions are in no currency that we hold a rate for. */
  currency: 500,
  /** Our seat is on the request's block list, or missing from its allow list. */
  seat: 501,
  /** A bid was found, but its response would be longer than the exchange accepts. */
  'response-too-large': 502,
} as const;

export type NoBidReason = keyof typeof NO_BID_REASONS;
