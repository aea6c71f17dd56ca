import { DOMParser } from '@xmldom/xmldom';
import { expect, it } from 'vitest';
import { escapeHtml } from './line-plot.js';
import { htmlReport } from './html-report.js';
import { LatencyHistogram } from './latency.js';
import type { LoadResult } from './load-result.js';
import { Measurements } from './measurements.js';

const ATTACK = `"><script>alert('x')</script>&`;

function run(): LoadResult {
  const measured = new Measurements();
  for (let ms = 1; ms <= 50; ms += 1) {
    measured.addDue();
    const answer = { status: 204, body: Buffer.alloc(0), isGzip: false, keepsAlive: true };
    measured.addAnswer(answer, ms, 40);
  }
  measured.addDue();
  measured.addFailure(ATTACK);
  const interval = { lengthMs: 100, sent: 5, answered: 5, bad: 1, p50Ms: 1, p99Ms: 2, maxMs: 3 };
  return {
    ratePerSecond: 10,
    elapsedMs: 5_000,
    isInterrupted: false,
    measured: measured.figures(),
    warmUp: new Measurements().figures(),
    series: [
      { ...interval, startMs: 0, isWarmUp: true },
      { ...interval, startMs: 100, isWarmUp: false },
    ],
    generator: {
      lag: new LatencyHistogram().figures(),
      busyShare: 0.5,
      cores: 1,
      connectionsOpened: 1,
      connectionsMost: 1,
      connectionsUnopened: 0,
      connectionsClosedIdle: 0,
      queuedMost: 0,
    },
    server: { problem: ATTACK },
  };
}

function report(): string {
  const result = run();
  const step = { ratePerSecond: 10, isHeld: false, because: ATTACK, result };
  return htmlReport({
    url: `http://bidder.example/${ATTACK}`,
    traffic: [ATTACK],
    deadlineMs: 40,
    runs: [result],
    maxRate: { ratePerSecond: 0, limitedBy: 'bidder', steps: [step] },
  });
}

it('escapes everything that came from outside', () => {
  const page = report();
  expect(page).not.toContain('<script');
  expect(page.split(escapeHtml(ATTACK)).length - 1).toBeGreaterThanOrEqual(6);
});

it('loads nothing from anywhere and draws what was measured', () => {
  const page = report();
  expect(page).not.toMatch(/\s(?:src|href)=|url\(|@import/);
  const svgs = page.match(/<svg[\s\S]*?<\/svg>/g) ?? [];
  expect(svgs).toHaveLength(4);
  for (const svg of svgs) {
    expect(svg).not.toContain('NaN');
    const problems: string[] = [];
    new DOMParser({ onError: (_, message) => problems.push(message) }).parseFromString(svg, 'text/xml');
    expect(problems).toEqual([]);
    expect(svg).toMatch(/<polyline class="line \w+" points="[\d., ]+"\/>/);
  }
});

it('draws no latency where no request came to an end, such as in the middle of a stall', () => {
  const result = run();
  const nothing = { lengthMs: 100, sent: 5, answered: 0, bad: 0, p50Ms: 0, p99Ms: 0, maxMs: 0 };
  const stalled = { ...result, series: [...result.series, { ...nothing, startMs: 200, isWarmUp: false }] };
  const page = htmlReport({ url: '', traffic: [], deadlineMs: 40, runs: [stalled], maxRate: undefined });
  const pointsOf = (title: string) =>
    new RegExp(`aria-label="${title}".*?points="([^"]*)"`).exec(page)?.[1]?.split(' ');
  expect(pointsOf('latency over time')).toHaveLength(2);
  expect(pointsOf('requests a second over time')).toHaveLength(3);
});

it('says when there is nothing to show', () => {
  const page = htmlReport({
    url: 'http://bidder.example/',
    traffic: [],
    deadlineMs: 40,
    runs: [],
    maxRate: { ratePerSecond: 0, limitedBy: 'interrupted', steps: [] },
  });
  expect(page).toContain('Nothing was measured.');
});
