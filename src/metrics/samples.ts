import type { Histogram } from './histogram.js';
import type { MetricName } from './metric-docs.js';

/** One line of the exposition. `metricName` where it differs from the metric's: the parts of a histogram. */
export interface Sample {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

export type Collectors = Readonly<Record<MetricName, () => readonly Sample[]>>;

export function gaugeSamples(value: number): Sample[] {
  return [{ labels: {}, value }];
}

export function counterSamples(
  counter: Readonly<Record<string, number>>,
  label: string,
  labels: Sample['labels'] = {},
): Sample[] {
  return Object.entries(counter).map(([word, value]) => ({ labels: { ...labels, [label]: word }, value }));
}

export function histogramSamples(
  name: MetricName,
  histogram: Histogram,
  labels: Sample['labels'] = {},
): Sample[] {
  const { buckets, count, sum } = histogram.read();
  const metricName = `${name}_bucket`;
  return [
    ...buckets.map((bucket) => ({
      metricName,
      labels: { ...labels, le: bucket.bound },
      value: bucket.count,
    })),
    { metricName, labels: { ...labels, le: '+Inf' }, value: count },
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
