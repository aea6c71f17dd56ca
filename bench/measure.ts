import { Bench } from 'tinybench';
import { hashString } from '../src/lib/hash.js';
import type { BenchTask } from './task.js';

/** How long one task took, in microseconds of wall time. */
export interface Measurement {
  readonly name: string;
  readonly medianUs: number;
  readonly p99Us: number;
  /** Half the width of the 95 % confidence interval of the mean, in per cent of it. */
  readonly spreadPercent: number;
  readonly samples: number;
}

export interface MeasuredTable {
  readonly title: string;
  readonly measurements: readonly Measurement[];
  /** Over the results of every task: two runs that did the same work print the same hash. */
  readonly hash: string;
}

/** @param timeMs how long each task is repeated; a few milliseconds make a smoke run */
export async function measure(
  title: string,
  tasks: readonly BenchTask[],
  timeMs: number,
): Promise<MeasuredTable> {
  let results = '';
  for (const task of tasks) results += `${task.name}=${await task.run()};`;
  const bench = new Bench({ time: timeMs, warmupTime: timeMs / 4, throws: true });
  for (const task of tasks) bench.add(task.name, () => task.run());
  await bench.run();
  return {
    title,
    measurements: bench.tasks.map((task) => {
      const { result } = task;
      if (!('latency' in result)) throw new Error(`${task.name} was not measured: ${result.state}`);
      return {
        name: task.name,
        medianUs: result.latency.p50 * 1000,
        p99Us: result.latency.p99 * 1000,
        spreadPercent: result.latency.rme,
        samples: result.latency.samplesCount,
      };
    }),
    hash: hashString(results).toString(16).padStart(8, '0'),
  };
}
