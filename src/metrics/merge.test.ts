import { afterEach, describe, expect, it } from 'vitest';
import { MergedMetrics, type WorkerCounts } from './merge.js';
import { createMetrics, type Metrics } from './metrics.js';

const COUNTS: WorkerCounts = { narrowcast_workers: 2, narrowcast_worker_restarts_total: 1 };

const opened: Metrics[] = [];
afterEach(() => {
  for (const metrics of opened.splice(0)) metrics.close();
});

/** A worker that had so many requests, and has as many in work. */
function workerWith(requests: number): Metrics {
  const metrics = createMetrics();
  opened.push(metrics);
  for (let i = 0; i < requests; i++) metrics.outcome('unknown', 'bid', 3);
  metrics.watchInFlight(() => requests);
  metrics.catalogProblems(requests);
  metrics.watchProfileStore(() => requests > 1);
  return metrics;
}

async function textOf(merged: MergedMetrics, workers: readonly Metrics[]): Promise<readonly string[]> {
  const figures = await Promise.all(workers.map((worker) => worker.figures()));
  return (await merged.text(figures, COUNTS)).body.split('\n');
}

const REQUESTS = 'narrowcast_requests_total{exchange="unknown",outcome="bid"}';
const DURATIONS = 'narrowcast_request_duration_seconds_count{exchange="unknown"}';

describe('the metrics of several workers', () => {
  it('add up where they count or hold, and are of the worst or the largest where each says the same', async () => {
    const lines = await textOf(new MergedMetrics(), [workerWith(1), workerWith(2)]);
    expect(lines).toContain(`${REQUESTS} 3`);
    expect(lines).toContain(`${DURATIONS} 3`);
    expect(lines).toContain('narrowcast_in_flight 3');
    expect(lines).toContain('narrowcast_catalog_problems 2');
    expect(lines).toContain('narrowcast_profile_store_ready 0');
    expect(lines).toContain('narrowcast_workers 2');
    expect(lines).toContain('narrowcast_worker_restarts_total 1');
  });

  it('keep what those had counted that are gone, but not what they held', async () => {
    const merged = new MergedMetrics();
    for (const requests of [4, 5]) merged.retire(await workerWith(requests).figures());
    const lines = await textOf(merged, [workerWith(1)]);
    expect(lines).toContain(`${REQUESTS} 10`);
    expect(lines).toContain(`${DURATIONS} 10`);
    expect(lines).toContain('narrowcast_in_flight 1');
  });

  it('can be told while no worker is there', async () => {
    const merged = new MergedMetrics();
    merged.retire(await workerWith(4).figures());
    expect(await textOf(merged, [])).toContain(`${REQUESTS} 4`);
  });
});
