import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Catalog, Exchange } from '../domain/catalog.js';
import type { Campaign } from '../domain/campaign.js';
import { NO_BID_REASONS, type NoBidReason } from '../domain/no-bid-reason.js';
import { type DeliveryFigures } from '../domain/money-ports.js';
import { REQUEST_OUTCOMES, STAGES_MEASURED } from '../domain/ports.js';
import { LATENCY_BOUNDS_SECONDS } from './histogram.js';
import { METRIC_DOCS } from './metric-docs.js';
import { createMetrics, type Metrics } from './metrics.js';
import { PRIVACY_DEFAULT } from '../domain/privacy-policy.js';
import { SUPPLY_DEFAULT } from '../domain/supply-policy.js';
import { TRAFFIC_DEFAULT } from '../domain/traffic-policy.js';

interface Line {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Parsed {
  readonly types: ReadonlyMap<string, string>;
  readonly helps: ReadonlyMap<string, string>;
  readonly lines: readonly Line[];
}

/** A reader of the Prometheus text format that accepts nothing else. */
function parse(text: string): Parsed {
  const types = new Map<string, string>();
  const helps = new Map<string, string>();
  const lines: Line[] = [];
  for (const line of text.split('\n')) {
    const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    const sample = /^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (\S+)$/i.exec(line);
    if (comment) (comment[1] === 'TYPE' ? types : helps).set(comment[2] ?? '', comment[3] ?? '');
    else if (sample)
      lines.push({ name: sample[1] ?? '', labels: parseLabels(sample[2] ?? ''), value: Number(sample[3]) });
    else if (line !== '') throw new Error(`not a line of the text format: ${line}`);
  }
  return { types, helps, lines };
}

function parseLabels(text: string): Record<string, string> {
  return Object.fromEntries(
    Array.from(text.matchAll(/([a-z_]\w*)="((?:[^"\\]|\\.)*)"/gi), ([, name = '', value = '']) => [
      name,
      value,
    ]),
  );
}

function valueOf(parsed: Parsed, name: string, labels: Record<string, string> = {}): number {
  const found = parsed.lines.filter(
    (line) =>
      line.name === name && Object.entries(labels).every(([label, value]) => line.labels[label] === value),
  );
  if (found.length === 0) throw new Error(`no ${name} ${JSON.stringify(labels)}`);
  return found.reduce((sum, line) => sum + line.value, 0);
}

function catalog(
  version: number,
  exchanges: readonly string[],
  lineItemsOfCampaigns: readonly number[],
): Catalog {
  return {
    version,
    campaigns: lineItemsOfCampaigns.map(
      (length) => ({ lineItems: Array.from({ length }) }) as unknown as Campaign,
    ),
    exchanges: new Map(exchanges.map((name) => [name, {} as Exchange])),
    rates: { date: '2026-11-20', perUsd: new Map(), validUntilMs: Infinity },
    privacy: PRIVACY_DEFAULT,
    supply: SUPPLY_DEFAULT,
    traffic: TRAFFIC_DEFAULT,
  };
}

function delivery(campaign: string, plannedTodayMicros = 240_000_000): DeliveryFigures {
  return {
    campaign,
    currency: 'USD',
    plannedUntilNowMicros: 12_500_000,
    plannedTodayMicros,
    spentTodayMicros: 11_000_000,
    spentTotalMicros: 99_000_000,
    throttle: 0.9,
    bidMultiplier: 0.75,
    stoppedLineItems: 1,
  };
}

const opened: Metrics[] = [];
afterEach(() => {
  for (const metrics of opened.splice(0)) metrics.close();
});
function open(): Metrics {
  const metrics = createMetrics();
  opened.push(metrics);
  return metrics;
}
async function read(metrics: Metrics): Promise<Parsed> {
  return parse((await metrics.text()).body);
}

describe('the figures of campaigns', () => {
  it('are in units of their currency, and of the two hundred with the largest plans', async () => {
    const metrics = open();
    metrics.watchDeliveries(() => Array.from({ length: 201 }, (_, i) => delivery(`c${i}`, i + 1)));
    const parsed = await read(metrics);
    expect(valueOf(parsed, 'narrowcast_campaign_planned_until_now', { campaign: 'c200' })).toBe(12.5);
    expect(valueOf(parsed, 'narrowcast_campaign_bid_multiplier', { campaign: 'c1' })).toBe(0.75);
    expect(() => valueOf(parsed, 'narrowcast_campaign_throttle', { campaign: 'c0' })).toThrow(
      'no narrowcast',
    );
  });
});

describe('the exposition', () => {
  it('holds every documented metric with its type, help and labels, and no other of ours', async () => {
    const metrics = open();
    metrics.catalogInUse(catalog(1, ['generic'], [1]));
    metrics.watchDeliveries(() => [delivery('shoes')]);
    const campaigns = [{ campaign: 'shoes', currency: 'USD', openMicros: 1, freeMicros: 2 }];
    metrics.watchLedger(() => ({ openBids: 1, billingsWaiting: 0, campaigns }));
    const { contentType, body } = await metrics.text();
    expect(contentType).toContain('text/plain; version=0.0.4');
    const parsed = parse(body);
    const exposed = METRIC_DOCS.map(({ name, type }) => {
      const parts = type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
      const lines = parsed.lines.filter((line) => parts.some((part) => line.name === name + part));
      const labels = new Set(
        lines.map((line) =>
          Object.keys(line.labels)
            .filter((label) => label !== 'le')
            .join(),
        ),
      );
      return { name, type: parsed.types.get(name), help: parsed.helps.get(name), labels: [...labels] };
    });
    expect(exposed).toEqual(
      METRIC_DOCS.map(({ name, type, help, labels }) => ({ name, type, help, labels: [labels.join()] })),
    );
    const documented = new Set<string>(METRIC_DOCS.map((doc) => doc.name));
    const others = [...parsed.types.keys()].filter((name) => !documented.has(name));
    expect(others.filter((name) => !/^narrowcast_(process|nodejs)_/.test(name))).toEqual([]);
    expect(others.filter((name) => name.includes('eventloop'))).toEqual([]);
    for (const about of [
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'nodejs_gc_duration_seconds',
    ]) {
      expect(others).toContain(`narrowcast_${about}`);
    }
  });

  it('names units in names: seconds for times, total for counters', () => {
    expect(METRIC_DOCS.filter(({ name }) => name.endsWith('_seconds'))).toEqual(
      METRIC_DOCS.filter(({ unit }) => unit === 'seconds'),
    );
    expect(METRIC_DOCS.filter(({ name }) => name.endsWith('_total'))).toEqual(
      METRIC_DOCS.filter(({ type }) => type === 'counter'),
    );
  });

  it('starts every series of a closed list at zero', async () => {
    const parsed = await read(open());
    for (const outcome of REQUEST_OUTCOMES) {
      expect(valueOf(parsed, 'narrowcast_requests_total', { exchange: 'unknown', outcome })).toBe(0);
    }
    for (const reason of Object.keys(NO_BID_REASONS)) {
      expect(valueOf(parsed, 'narrowcast_no_bids_total', { exchange: 'unknown', reason })).toBe(0);
    }
    for (const stage of STAGES_MEASURED) {
      expect(valueOf(parsed, 'narrowcast_stage_duration_seconds_count', { stage })).toBe(0);
    }
  });

  it('counts what it was told, where it was told', async () => {
    const metrics = open();
    metrics.catalogInUse(catalog(7, ['generic', 'other'], [2, 3]));
    metrics.catalogProblems(4);
    metrics.watchTurnBudget(() => 10);
    metrics.turn(4);
    metrics.watchInFlight(() => 12);
    metrics.outcome('generic', 'bid', 0.4);
    metrics.outcome('generic', 'no-bid', 0.2);
    metrics.outcome('other', 'no-bid', 2_000);
    metrics.noBid('generic', 'no-match');
    metrics.noBid('other', 'too-late');
    metrics.bids('generic', 3);
    metrics.stage('decode', 0.06);
    metrics.profileLookup('found');
    metrics.profileLookup('broken');
    metrics.geoLookup('damaged');
    metrics.priceSetAside('above-bid');
    metrics.billed(59_000, false);
    metrics.billed(130_000, true);
    metrics.conversion('unattributed');
    metrics.notice('click', 'expired');
    const parsed = await read(metrics);
    const count = (name: string, labels: Record<string, string>) =>
      valueOf(parsed, `narrowcast_${name}`, labels);
    expect(count('requests_total', { exchange: 'generic', outcome: 'bid' })).toBe(1);
    expect(count('requests_total', { exchange: 'generic' })).toBe(2);
    expect(count('requests_total', { exchange: 'other', outcome: 'no-bid' })).toBe(1);
    expect(count('request_duration_seconds_sum', { exchange: 'generic' })).toBeCloseTo(0.0006, 9);
    expect(count('request_duration_seconds_bucket', { exchange: 'other', le: '1' })).toBe(0);
    expect(count('request_duration_seconds_bucket', { exchange: 'other', le: '+Inf' })).toBe(1);
    expect(count('no_bids_total', { exchange: 'generic', reason: 'no-match' })).toBe(1);
    expect(count('no_bids_total', { reason: 'too-late' })).toBe(1);
    expect(count('bids_total', { exchange: 'generic' })).toBe(3);
    expect(count('stage_duration_seconds_bucket', { stage: 'decode', le: '0.00005' })).toBe(0);
    expect(count('stage_duration_seconds_bucket', { stage: 'decode', le: '0.000075' })).toBe(1);
    expect(count('profile_lookups_total', { result: 'found' })).toBe(1);
    expect(count('profile_lookups_total', {})).toBe(2);
    expect(count('geo_lookups_total', { result: 'damaged' })).toBe(1);
    expect(count('prices_set_aside_total', { reason: 'above-bid' })).toBe(1);
    expect(count('billings_late_total', {})).toBe(1);
    expect(count('billing_delay_seconds_bucket', { le: '60' })).toBe(1);
    expect(count('billing_delay_seconds_sum', {})).toBe(189);
    expect(count('conversions_total', { outcome: 'unattributed' })).toBe(1);
    expect(count('notices_total', { kind: 'click', outcome: 'expired' })).toBe(1);
    expect(count('notices_total', {})).toBe(1);
    expect(count('in_flight', {})).toBe(12);
    expect(count('turn_budget_seconds', {})).toBe(0.01);
    expect(count('turn_duration_seconds_sum', {})).toBeCloseTo(0.004, 9);
    expect(count('catalog_version', {})).toBe(7);
    expect(count('catalog_campaigns', {})).toBe(2);
    expect(count('catalog_line_items', {})).toBe(5);
    expect(count('catalog_problems', {})).toBe(4);
    expect(count('catalog_reloads_total', { result: 'changed' })).toBe(1);
    expect(count('catalog_reloads_total', { result: 'problems' })).toBe(1);
  });

  it('counts the cure of a problem as no reading that met one', async () => {
    const metrics = open();
    metrics.catalogProblems(2);
    metrics.catalogProblems(0);
    const parsed = await read(metrics);
    expect(valueOf(parsed, 'narrowcast_catalog_problems')).toBe(0);
    expect(valueOf(parsed, 'narrowcast_catalog_reloads_total', { result: 'problems' })).toBe(1);
  });
});

describe('labels', () => {
  it('never come from a request: exchanges that no catalogue named share one', async () => {
    const metrics = open();
    for (const name of ['ghost', '__proto__', 'constructor', '"} 1\nnarrowcast_fake 1', 'x'.repeat(10_000)]) {
      metrics.outcome(name, 'unknown-exchange', 1);
      metrics.noBid(name, 'no-match');
      metrics.bids(name, 1);
    }
    const { body } = await metrics.text();
    expect(body).not.toMatch(/ghost|__proto__|constructor|fake|xxx/);
    expect(valueOf(parse(body), 'narrowcast_requests_total', { exchange: 'unknown' })).toBe(5);
  });

  it('keep their counts over a reload, also of an exchange that was removed', async () => {
    const metrics = open();
    metrics.catalogInUse(catalog(1, ['a', 'b'], []));
    metrics.outcome('a', 'bid', 1);
    metrics.catalogInUse(catalog(2, ['b', 'c'], []));
    metrics.outcome('a', 'bid', 1);
    metrics.outcome('c', 'bid', 1);
    const parsed = await read(metrics);
    expect(valueOf(parsed, 'narrowcast_requests_total', { exchange: 'a', outcome: 'bid' })).toBe(2);
    expect(valueOf(parsed, 'narrowcast_requests_total', { exchange: 'c', outcome: 'bid' })).toBe(1);
  });

  it('are bounded in number', async () => {
    const metrics = open();
    const names = Array.from({ length: 1_000 }, (_, i) => `exchange-${i}`);
    metrics.catalogInUse(catalog(1, names, []));
    for (const name of names) metrics.outcome(name, 'bid', 1);
    const counts = (await read(metrics)).lines.filter(({ name }) => name === 'narrowcast_bids_total');
    expect(counts).toHaveLength(201);
    expect(valueOf(await read(metrics), 'narrowcast_requests_total', { outcome: 'bid' })).toBe(1_000);
  });

  it('with quotes, backslashes and line breaks are escaped', async () => {
    const metrics = open();
    metrics.catalogInUse(catalog(1, ['a"b\\c\nd'], []));
    expect((await metrics.text()).body).toContain('narrowcast_bids_total{exchange="a\\"b\\\\c\\nd"} 0');
  });
});

describe('sums', () => {
  it('agree: outcomes add up to the observations, and buckets to what a sorted list says', async () => {
    const anyDurationMs = fc.oneof(
      fc.double({ min: 0, max: 2_000, noNaN: true }),
      fc.constantFrom(...LATENCY_BOUNDS_SECONDS.map((seconds) => seconds * 1000)),
    );
    const anyRequest = fc.record({
      exchange: fc.constantFrom('a', 'b', 'nobody'),
      outcome: fc.constantFrom(...REQUEST_OUTCOMES),
      reason: fc.constantFrom(...(Object.keys(NO_BID_REASONS) as NoBidReason[])),
      durationMs: anyDurationMs,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(anyRequest, { maxLength: 60 }), async (requests) => {
        const metrics = createMetrics();
        metrics.catalogInUse(catalog(1, ['a', 'b'], []));
        for (const { exchange, outcome, reason, durationMs } of requests) {
          metrics.outcome(exchange, outcome, durationMs);
          if (outcome === 'no-bid') metrics.noBid(exchange, reason);
        }
        const parsed = await read(metrics);
        metrics.close();
        for (const exchange of ['a', 'b', 'unknown']) {
          const told = exchange === 'unknown' ? 'nobody' : exchange;
          const durationsMs = requests
            .filter((request) => request.exchange === told)
            .map(({ durationMs }) => durationMs);
          const labels = { exchange };
          const bucket = 'narrowcast_request_duration_seconds_bucket';
          for (const bound of LATENCY_BOUNDS_SECONDS) {
            const below = durationsMs.filter((durationMs) => durationMs <= bound * 1000).length;
            expect(valueOf(parsed, bucket, { exchange, le: String(bound) })).toBe(below);
          }
          expect(valueOf(parsed, bucket, { exchange, le: '+Inf' })).toBe(durationsMs.length);
          expect(valueOf(parsed, 'narrowcast_request_duration_seconds_count', labels)).toBe(
            durationsMs.length,
          );
          expect(valueOf(parsed, 'narrowcast_requests_total', labels)).toBe(durationsMs.length);
          expect(valueOf(parsed, 'narrowcast_request_duration_seconds_sum', labels)).toBeCloseTo(
            durationsMs.reduce((sum, durationMs) => sum + durationMs, 0) / 1000,
            6,
          );
          expect(valueOf(parsed, 'narrowcast_no_bids_total', labels)).toBe(
            valueOf(parsed, 'narrowcast_requests_total', { exchange, outcome: 'no-bid' }),
          );
        }
      }),
      { numRuns: 30 },
    );
  });
});
