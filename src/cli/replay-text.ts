import type { LineItemReasons } from '../replay/rejection-counts.js';
import type { Figures, ReplayReport } from '../replay/report.js';
import type { Cell, Column, Table } from '../report/table.js';
import { countText, wholeText } from './output.js';
import { tableText } from './report-text.js';
import type { Style } from './style.js';

/** More are told by --json only. */
const ROWS_MAX = 50;
const REASONS_MAX = 4;
/** Averages are shown to a hundredth of a cent. */
const AVERAGE_STEP_MICROS = 100;

/** What a replay came to, for people. */
export function replayText(report: ReplayReport, style: Style): string {
  return [
    headText(report),
    answersText(report, style),
    lineItemsText(report, style),
    campaignsText(report, style),
    ...(report.reasons ? [reasonsText(report.reasons, style)] : []),
  ].join('\n');
}

function headText({ file, start, seed, traffic, impressionsOffered, testBids }: ReplayReport): string {
  const { requests, faults, backwards, durationMs } = traffic;
  const notes = [
    ...(faults > 0 ? [`${countText(faults, 'line')} could not be used`] : []),
    ...(backwards > 0
      ? [`${countText(backwards, 'request')} came before the one before, and were played at once`]
      : []),
    ...(testBids > 0 ? [`${countText(testBids, 'bid')} on test traffic, which are in no other figure`] : []),
  ];
  const played = `${file}: ${countText(requests, 'request')}, ${countText(impressionsOffered, 'impression')}, ${durationText(durationMs)} from ${start}, seed ${seed}`;
  return `${[played, ...notes].join('\n')}\n`;
}

function durationText(ms: number): string {
  if (ms < 120_000) return `${wholeOrTenths(ms / 1000)} s`;
  return ms < 7_200_000 ? `${wholeOrTenths(ms / 60_000)} min` : `${wholeOrTenths(ms / 3_600_000)} h`;
}

function wholeOrTenths(number: number): string {
  return String(Math.round(number * 10) / 10);
}

function answersText({ answers, noBids, traffic }: ReplayReport, style: Style): string {
  const rows = [
    ...Object.entries(answers).map(([answer, count]) => [answer, '', count] as const),
    ...Object.entries(noBids).map(([reason, count]) => ['no-bid', reason, count] as const),
  ].filter(([answer, reason]) => answer !== 'no-bid' || reason !== '');
  const table: Table = {
    columns: [
      { name: 'answer', heading: 'answer', type: 'text' },
      { name: 'reason', heading: 'reason', type: 'text' },
      { name: 'requests', heading: 'requests', type: 'count' },
      { name: 'share', heading: 'share', type: 'share' },
    ],
    rows: rows.map(([answer, reason, count]) => [answer, reason, BigInt(count), count / traffic.requests]),
  };
  return tableText(table, style);
}

const FIGURE_COLUMNS: readonly (Column & { readonly cell: (figures: Figures) => Cell })[] = [
  { name: 'bids', heading: 'bids', type: 'count', cell: ({ bids }) => BigInt(bids) },
  {
    name: 'averageBid',
    heading: 'avg bid CPM',
    type: 'money',
    cell: ({ averageBidMicros }) => average(averageBidMicros),
  },
  { name: 'wins', heading: 'wins', type: 'count', cell: ({ wins }) => BigInt(wins) },
  { name: 'winRate', heading: 'win rate', type: 'share', cell: ({ winRate }) => winRate ?? undefined },
  { name: 'currency', heading: '', type: 'text', cell: ({ currency }) => currency },
  { name: 'spent', heading: 'spent', type: 'money', cell: ({ spentMicros }) => BigInt(spentMicros) },
  { name: 'ecpm', heading: 'eCPM', type: 'money', cell: ({ ecpmMicros }) => average(ecpmMicros) },
  { name: 'clicks', heading: 'clicks', type: 'count', cell: ({ clicks }) => BigInt(clicks) },
  { name: 'ctr', heading: 'CTR', type: 'share', cell: ({ ctr }) => ctr ?? undefined },
  { name: 'ecpc', heading: 'eCPC', type: 'money', cell: ({ ecpcMicros }) => average(ecpcMicros) },
  {
    name: 'conversions',
    heading: 'conversions',
    type: 'count',
    cell: ({ conversions }) => BigInt(conversions),
  },
  { name: 'cpa', heading: 'CPA', type: 'money', cell: ({ cpaMicros }) => average(cpaMicros) },
];

function average(micros: number | null): Cell {
  return micros === null ? undefined : BigInt(Math.round(micros / AVERAGE_STEP_MICROS) * AVERAGE_STEP_MICROS);
}

function lineItemsText({ lineItems, totals }: ReplayReport, style: Style): string {
  const bidding = lineItems
    .filter(({ bids }) => bids > 0)
    .sort((a, b) => b.impressions - a.impressions || b.bids - a.bids);
  const silent = lineItems.length - bidding.length;
  const cells = (figures: Figures): Cell[] => FIGURE_COLUMNS.map(({ cell }) => cell(figures));
  const table: Table = {
    columns: [
      { name: 'campaign', heading: 'campaign', type: 'text' },
      { name: 'lineItem', heading: 'line item', type: 'text' },
      ...FIGURE_COLUMNS,
    ],
    rows: bidding.slice(0, ROWS_MAX).map((each) => [each.campaign, each.lineItem, ...cells(each)]),
  };
  const sums: Table = {
    columns: FIGURE_COLUMNS,
    rows: totals.filter(({ bids }) => bids > 0).map(cells),
  };
  return (
    (bidding.length > 0 ? tableText(table, style, sums) : '') +
    othersText(bidding.length, 'bidding line item') +
    (silent > 0 ? `${countText(silent, 'line item')} without a bid\n` : '')
  );
}

function campaignsText({ campaigns }: ReplayReport, style: Style): string {
  const spending = campaigns
    .filter(({ spentMicros }) => spentMicros > 0)
    .sort((a, b) => b.spentShare - a.spentShare);
  if (spending.length === 0) return 'nothing was spent\n';
  const table: Table = {
    columns: [
      { name: 'campaign', heading: 'campaign', type: 'text' },
      { name: 'currency', heading: '', type: 'text' },
      { name: 'budget', heading: 'budget', type: 'money' },
      { name: 'daily', heading: 'a day', type: 'money' },
      { name: 'spent', heading: 'spent', type: 'money' },
      { name: 'spentShare', heading: 'of budget', type: 'share' },
    ],
    rows: spending
      .slice(0, ROWS_MAX)
      .map((each) => [
        each.campaign,
        each.currency,
        BigInt(each.budgetMicros),
        each.dailyMicros === null ? undefined : BigInt(each.dailyMicros),
        BigInt(each.spentMicros),
        each.spentShare,
      ]),
  };
  return tableText(table, style) + othersText(spending.length, 'spending campaign');
}

function othersText(count: number, word: string): string {
  return count > ROWS_MAX ? `and ${countText(count - ROWS_MAX, `other ${word}`)}; --json tells all\n` : '';
}

function reasonsText({ impressions, lineItems }: NonNullable<ReplayReport['reasons']>, style: Style): string {
  const came = `Why line items did not bid: ${countText(impressions, 'impression')} came to an auction\n`;
  const items = lineItems.slice(0, ROWS_MAX).map((each) => lineItemReasons(each, impressions, style));
  return [style.strong(came), ...items, othersText(lineItems.length, 'line item')].join('');
}

function lineItemReasons(
  { campaign, lineItem, impressions: bids, rejections }: LineItemReasons,
  impressions: number,
  style: Style,
): string {
  const share = (count: number) => `${((count / Math.max(1, impressions)) * 100).toFixed(1)} %`.padStart(7);
  const told = rejections.slice(0, REASONS_MAX).map(({ rule, impressions: count, wanted, found }) => {
    const words = style.faint(`wanted ${wanted}; the first time: ${found}`);
    return `  ${share(count)} ${wholeText(count).padStart(9)}  ${rule}: ${words}\n`;
  });
  const others = rejections.slice(REASONS_MAX);
  const rest = others.reduce((sum, each) => sum + each.impressions, 0);
  return [
    `${style.strong(`${campaign} / ${lineItem}`)} bid on ${wholeText(bids)}, ${share(bids).trim()}\n`,
    ...told,
    ...(rest > 0
      ? [`  ${share(rest)} ${wholeText(rest).padStart(9)}  ${countText(others.length, 'other rule')}\n`]
      : []),
  ].join('');
}
