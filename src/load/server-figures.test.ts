import { expect, it } from 'vitest';
import { parseMetrics, serverFigures } from './server-figures.js';

const METRICS = `# HELP narrowcast_process_cpu_user_seconds_total of the process
narrowcast_process_cpu_user_seconds_total 1.5
narrowcast_process_cpu_system_seconds_total 0.5
narrowcast_process_cpu_seconds_total 2
narrowcast_process_resident_memory_bytes 1000
narrowcast_nodejs_heap_size_used_bytes 600
narrowcast_event_loop_lag_seconds{quantile="0.99"} 0.004
narrowcast_event_loop_lag_seconds{quantile="1"} 0.02
`;

it('tells processor time for each answer and how memory grew', () => {
  const before = parseMetrics(METRICS);
  const after = parseMetrics(METRICS.replace('total 1.5', 'total 2.5').replace('bytes 1000', 'bytes 1500'));
  expect(serverFigures(before, after, 2_000, 10_000)).toEqual({
    cpuMicrosPerRequest: 100,
    cores: 0.5,
    residentBytes: 1_500,
    residentGrowthBytes: 500,
    heapUsedBytes: 600,
    loopLagP99Ms: 4,
    loopLagMaxMs: 20,
  });
});

it('adds up the processes of one bidder, and reads names without a prefix', () => {
  const text = 'process_cpu_seconds_total{worker="1"} 2\nprocess_cpu_seconds_total{worker="2"} 3\n';
  expect(parseMetrics(text).cpuSeconds).toBe(5);
});

it('leaves out what a bidder does not say', () => {
  const nothing = parseMetrics('up 1\n');
  expect(Object.values(serverFigures(nothing, nothing, 1_000, 10))).toEqual(
    Array.from({ length: 7 }, () => undefined),
  );
});
