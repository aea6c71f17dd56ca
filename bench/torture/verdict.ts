import type { Comparison } from './compare.js';

/** What the torture asks for. Shares of a budget. */
const OVERSPEND_SHARE_MAX = 0.005;

/**
 * @param beyondCapMax how many impressions more than the cap somebody may see
 * @returns what does not hold, in words; nothing when all is well
 */
export function whatFails(
  { name, campaigns, ...of }: Comparison,
  forgedTaken: number,
  beyondCapMax: number,
): string[] {
  const failures: string[] = [];
  const none = (count: number, words: string): void => {
    if (count !== 0) failures.push(`${name}: ${count} ${words}`);
  };
  none(of.lost, 'acknowledged billings are in no event log');
  none(of.doubled, 'billings are counted twice');
  none(of.invented, 'billings are in an event log that nobody billed');
  none(of.daysThatDiffer, 'days of campaigns have another spend in the ledger than in the event logs');
  none(forgedTaken, 'forged notices were taken');
  for (const { campaign, exchangeMicros, logMicros, ledgerMicros, ...share } of campaigns) {
    if (exchangeMicros !== logMicros || logMicros !== ledgerMicros)
      failures.push(
        `${name}: ${campaign}: exchange ${exchangeMicros}, event logs ${logMicros}, ledger ${ledgerMicros} micros`,
      );
    const overspend = Math.max(share.dailyOverspendShare, share.totalOverspendShare);
    if (overspend > OVERSPEND_SHARE_MAX)
      failures.push(`${name}: ${campaign}: ${(100 * overspend).toFixed(2)} % of its budget spent beyond it`);
  }
  if (campaigns.every(({ billings }) => billings === 0)) failures.push(`${name}: nothing was billed`);
  if (of.beyondCapMost > beyondCapMax)
    failures.push(
      `${name}: somebody saw ${of.beyondCapMost} impressions more than the cap, where ${beyondCapMax} are within the bound`,
    );
  return failures;
}
