import type { MaxRate, RateStep } from './find-max-rate.js';
import { escapeHtml, linePlot, type Tick } from './line-plot.js';
import type { LoadResult } from './load-result.js';
import { PAGE_STYLE } from './page-style.js';

export interface ReportInput {
  readonly url: string;
  /** The files, in words. */
  readonly traffic: readonly string[];
  readonly deadlineMs: number;
  /** Not empty unless a search found nothing to try. */
  readonly runs: readonly LoadResult[];
  /** Of a search. */
  readonly maxRate: MaxRate | undefined;
}

const TIME_TICKS = 6;
const MEBIBYTE = 2 ** 20;

/** A page that stands by itself: no script, nothing that is loaded from anywhere. @returns HTML */
export function htmlReport({ url, traffic, deadlineMs, runs, maxRate }: ReportInput): string {
  // Of a search, the run that shows the rate that was found.
  const shown = maxRate?.steps.findLast(({ isHeld }) => isHeld)?.result ?? runs.at(-1);
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">',
    `<title>Load on ${escapeHtml(url)}</title><style>${PAGE_STYLE}</style></head><body><main>`,
    `<h1>Load on <code>${escapeHtml(url)}</code></h1>`,
    `<p class="about">${traffic.map(escapeHtml).join(', ')}</p>`,
    maxRate ? searchSection(maxRate, deadlineMs) : '',
    shown ? runSections(shown, deadlineMs) : '<p>Nothing was measured.</p>',
    '</main></body></html>\n',
  ].join('\n');
}

function searchSection({ ratePerSecond, limitedBy, steps }: MaxRate, deadlineMs: number): string {
  // The last try at a rate decides, and the line goes through those.
  const decisive = [...new Map(steps.map((step) => [step.ratePerSecond, step])).values()].sort(
    (one, other) => one.ratePerSecond - other.ratePerSecond,
  );
  const most = Math.max(...decisive.map((step) => step.ratePerSecond), 1);
  const place = (step: RateStep) => [step.ratePerSecond / most, step.result.measured.latency.p99Ms] as const;
  const plot = linePlot({
    title: 'p99 at each rate that was tried',
    valueUnit: 'p99, ms',
    ticks: [0, 0.25, 0.5, 0.75, 1].map((at) => ({ at, label: `${whole(most * at)}/s` })),
    lines: [{ name: 'p99 by rate; filled dots were held', kind: 'one', points: decisive.map(place) }],
    dots: steps.map((step) => {
      const [at, value] = place(step);
      return { at, value, isBad: !step.isHeld, about: stepAbout(step) };
    }),
    mark: { value: deadlineMs, label: `deadline ${deadlineMs} ms` },
    shadedUntil: 0,
  });
  const rows = steps.map((step) => {
    const { latency, timeouts, failed } = step.result.measured;
    const verdict = step.isHeld
      ? '<b class="good">held</b>'
      : `<b class="bad">${escapeHtml(step.because)}</b>`;
    return [
      whole(step.ratePerSecond),
      ms(latency.p50Ms),
      ms(latency.p99Ms),
      ms(latency.p999Ms),
      whole(timeouts),
      whole(failed),
      ms(step.result.generator.lag.p99Ms),
      verdict,
    ];
  });
  return [
    tiles([
      ['highest rate held', `${whole(ratePerSecond)}/s`, ratePerSecond === 0],
      ['limited by', `the ${limitedBy === 'interrupted' ? 'interruption' : limitedBy}`, false],
    ]),
    '<h2>Steps of the search</h2>',
    plot,
    table(['rate/s', 'p50 ms', 'p99 ms', 'p99.9 ms', 'timeouts', 'failed', 'own lag p99', ''], rows),
  ].join('\n');
}

function stepAbout({ ratePerSecond, isHeld, because, result }: RateStep): string {
  const p99 = `p99 ${ms(result.measured.latency.p99Ms)} ms`;
  return `${whole(ratePerSecond)}/s: ${isHeld ? 'held' : because}, ${p99}`;
}

function runSections(run: LoadResult, deadlineMs: number): string {
  const { measured, ratePerSecond, elapsedMs, isInterrupted } = run;
  const { latency } = measured;
  const bad = measured.badShare;
  return [
    tiles([
      ['rate', `${ratePerSecond.toLocaleString('en')}/s`, false],
      [
        'measured for',
        `${(elapsedMs / 1_000).toFixed(1)} s${isInterrupted ? ', interrupted' : ''}`,
        isInterrupted,
      ],
      ['p50', `${ms(latency.p50Ms)} ms`, false],
      ['p99', `${ms(latency.p99Ms)} ms`, latency.p99Ms > deadlineMs],
      ['p99.9', `${ms(latency.p999Ms)} ms`, false],
      ['late or failed', `${(bad * 100).toFixed(bad > 0 && bad < 0.01 ? 3 : 1)} %`, bad > 0],
      ['bids', whole(measured.bids), false],
    ]),
    '<h2>Latency by percentile</h2>',
    percentilePlot(run, deadlineMs),
    '<h2>Latency over time</h2>',
    timePlot(run, 'latency over time', 'ms', [
      ['max', 'three', ({ maxMs }) => maxMs || undefined],
      ['p99', 'two', ({ p99Ms }) => p99Ms || undefined],
      ['p50', 'one', ({ p50Ms }) => p50Ms || undefined],
    ]),
    '<h2>Rate over time</h2>',
    timePlot(run, 'requests a second over time', 'a second', [
      ['sent', 'one', ({ sent, lengthMs }) => (sent / lengthMs) * 1_000],
      ['answered', 'two', ({ answered, lengthMs }) => (answered / lengthMs) * 1_000],
      ['late or failed', 'bad', ({ bad, lengthMs }) => (bad / lengthMs) * 1_000],
    ]),
    '<h2>Figures</h2>',
    latencyTable(run),
    countTable(run),
  ].join('\n');
}

/** Each step to the right is ten times rarer, as in the plots of HdrHistogram. */
function percentilePlot({ measured, warmUp }: LoadResult, deadlineMs: number): string {
  const rarity = (percentile: number) => -Math.log10(1 - percentile / 100);
  const most = Math.max(1, Math.log10(Math.max(measured.latency.count, 1)));
  const points = (distribution: LoadResult['measured']['distribution']) =>
    distribution.map(
      ({ percentile, latencyMs }) => [Math.min(1, rarity(percentile) / most), latencyMs] as const,
    );
  const ticks = ['0 %', '90 %', '99 %', '99.9 %', '99.99 %', '99.999 %', '99.9999 %']
    .map((label, i): Tick => ({ at: i / most, label }))
    .filter(({ at }) => at <= 1);
  return linePlot({
    title: 'latency by percentile',
    valueUnit: 'ms',
    ticks,
    lines: [
      { name: 'measured', kind: 'one', points: points(measured.distribution) },
      ...(warmUp.due > 0
        ? [{ name: 'warm-up', kind: 'three' as const, points: points(warmUp.distribution) }]
        : []),
    ],
    dots: [],
    mark: { value: deadlineMs, label: `deadline ${deadlineMs} ms` },
    shadedUntil: 0,
  });
}

type Interval = LoadResult['series'][number];
type TimeLine = readonly [
  name: string,
  kind: 'one' | 'two' | 'three' | 'bad',
  /** Undefined where there is none, and the line goes on to the next one. */
  value: (interval: Interval) => number | undefined,
];

function timePlot(
  { series }: LoadResult,
  title: string,
  valueUnit: string,
  lines: readonly TimeLine[],
): string {
  const last = series.at(-1);
  const wholeMs = last ? last.startMs + last.lengthMs : 1;
  const warmUp = series.findLast(({ isWarmUp }) => isWarmUp);
  return linePlot({
    title,
    valueUnit,
    ticks: Array.from({ length: TIME_TICKS + 1 }, (_, i) => ({
      at: i / TIME_TICKS,
      label: `${((wholeMs / 1_000) * (i / TIME_TICKS)).toFixed(1)} s`,
    })),
    lines: lines.map(([name, kind, value]) => ({
      name,
      kind,
      points: series.flatMap((each) => {
        const drawn = value(each);
        return drawn === undefined ? [] : [[(each.startMs + each.lengthMs / 2) / wholeMs, drawn] as const];
      }),
    })),
    dots: [],
    mark: undefined,
    shadedUntil: warmUp ? (warmUp.startMs + warmUp.lengthMs) / wholeMs : 0,
  });
}

function latencyTable({ measured, warmUp, generator }: LoadResult): string {
  const stretches = [
    ['measured', measured.latency],
    ['warm-up', warmUp.latency],
    ['own lag of the generator', generator.lag],
  ] as const;
  return table(
    ['ms', 'p50', 'p90', 'p99', 'p99.9', 'p99.99', 'max', 'mean', 'of'],
    stretches.map(([name, figures]) => [
      name,
      ...[figures.p50Ms, figures.p90Ms, figures.p99Ms, figures.p999Ms, figures.p9999Ms].map(ms),
      ms(figures.maxMs),
      ms(figures.meanMs),
      whole(figures.count),
    ]),
  );
}

function countTable({ measured, generator, server }: LoadResult): string {
  const rows: [string, string][] = [
    ['due', whole(measured.due)],
    ['answered late', whole(measured.late)],
    ['never answered', whole(measured.unanswered)],
    ['found no connection in time', whole(measured.unsent)],
    ...Object.entries(measured.statuses).map(([status, count]): [string, string] => [
      `status ${status}`,
      whole(count),
    ]),
    ['bids', whole(measured.bids)],
    ['no-bids', whole(measured.noBids)],
    ...Object.entries(measured.failures).map(([why, count]): [string, string] => [why, whole(count)]),
    ['connections at most', whole(generator.connectionsMost)],
    ['generator busy', `${(generator.busyShare * 100).toFixed(0)} %`],
  ];
  if (server && 'problem' in server) rows.push(['the bidder’s own figures', server.problem]);
  else if (server) {
    const { cpuMicrosPerRequest, residentBytes, loopLagP99Ms } = server;
    if (cpuMicrosPerRequest !== undefined)
      rows.push(['processor time for each answer', `${cpuMicrosPerRequest.toFixed(1)} µs`]);
    if (residentBytes !== undefined)
      rows.push(['memory of the bidder', `${(residentBytes / MEBIBYTE).toFixed(0)} MiB`]);
    if (loopLagP99Ms !== undefined) rows.push(['its event loop late, p99', `${ms(loopLagP99Ms)} ms`]);
  }
  return table(
    ['', ''],
    rows.map(([name, value]) => [escapeHtml(name), escapeHtml(value)]),
  );
}

function tiles(all: readonly (readonly [name: string, value: string, isBad: boolean])[]): string {
  const each = all.map(
    ([name, value, isBad]) =>
      `<div><span>${escapeHtml(name)}</span><strong${isBad ? ' class="bad"' : ''}>${escapeHtml(value)}</strong></div>`,
  );
  return `<section class="tiles">${each.join('')}</section>`;
}

/** @param rows HTML */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((text) => `<th>${escapeHtml(text)}</th>`).join('');
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`);
  return `<table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}

function ms(value: number): string {
  return value < 100 ? value.toFixed(2) : value.toFixed(0);
}

function whole(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 0 });
}
