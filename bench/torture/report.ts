import type { Comparison } from './compare.js';
import type { FaultCounts } from './faults.js';
import type { ExchangeAccount } from './exchange-account.js';

export interface GroupReport {
  readonly comparison: Comparison;
  readonly account: ExchangeAccount;
}

export interface TortureReport {
  readonly groups: readonly GroupReport[];
  readonly faults: FaultCounts;
  readonly kills: number;
  readonly seconds: number;
  readonly failures: readonly string[];
}

/** The figures as tables of plain text. */
export function reportText({ groups, faults, kills, seconds, failures }: TortureReport): string {
  const counted = [...faults].sort((a, b) => b[1] - a[1]).map(([name, count]) => `${count} x ${name}`);
  return [
    `${seconds.toFixed(0)} s of trouble; processes killed ${kills} times: ${counted.join(', ')}`,
    '',
    ...groups.flatMap(groupText),
    ...(failures.length === 0
      ? ['Everything holds.']
      : ['It does not hold:', ...failures.map((each) => `  ${each}`)]),
  ].join('\n');
}

function groupText({ comparison, account }: GroupReport): string[] {
  const { name, campaigns, ...of } = comparison;
  const rows = campaigns.map((each) => [
    each.campaign,
    String(each.billings),
    money(each.exchangeMicros),
    money(each.logMicros),
    money(each.ledgerMicros),
    percent(each.spentShare),
    percent(each.dailyOverspendShare),
    percent(each.totalOverspendShare),
  ]);
  const heads = [
    'campaign',
    'billings',
    'exchange',
    'event logs',
    'ledger',
    'of its budget',
    'over a day',
    'over the total',
  ];
  return [
    `${name}: ${account.requests} requests (${account.unanswered} met a dead process), ${account.bids} bids, ` +
      `${account.notices} notices of which ${account.duplicates} were repeated for no reason, ${account.retries} told again, ` +
      `${account.lateBillings} billings came late`,
    ...table(heads, rows),
    `  acknowledged billings lost ${of.lost}; counted twice ${of.doubled}; in a log but never billed ${of.invented}; ` +
      `lines repeated in the logs ${of.repeatedLines}`,
    `  forged notices ${account.forged}, taken ${account.forgedTaken}; billings at a price that nobody bid ${account.absurd}`,
    `  frequency cap exceeded for ${of.beyondCapPersons} persons, by ${of.beyondCapMost} impressions at most`,
    '',
  ];
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ')}`;
  return [line(heads), ...rows.map(line)];
}

function money(micros: number): string {
  return (micros / 1e6).toFixed(6);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(3)} %`;
}
