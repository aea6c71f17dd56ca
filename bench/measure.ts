import { Bench } from 'tinybench';
import { hashOf, type BenchTable, type Row } from './table.js';
import type { BenchTask } from './task.js';

/** @returns a table of the wall time that one call takes: median, p99, and half of the 95 % confidence interval of the mean */
export function timedTable(
  title: string,
  makeTasks: () => readonly BenchTask[],
  notes: (timeMs: number) => readonly string[] = () => [],
): BenchTable {
  return {
    title,
    async measure(timeMs) {
      const tasks = makeTasks();
      let results = '';
      for (const task of tasks) results += `${task.name}=${await task.run()};`;
      const rows = await measureTasks(tasks, timeMs);
      return { what: 'task', rows, notes: notes(timeMs), hash: hashOf(results) };
    },
  };
}

async function measureTasks(tasks: readonly BenchTask[], timeMs: number): Promise<Row[]> {
  const bench = new Bench({ time: timeMs, warmupTime: timeMs / 4, throws: true });
  for (const task of tasks) bench.add(task.name, () => task.run());
  await bench.run();
  return bench.tasks.map(({ name, result }) => {
    if (!('latency' in result)) throw new Error(`${name} was not measured: ${result.state}`);
    const { p50, p99, rme, samplesCount } = result.latency;
    return {
      name,
      figures: {
        'median µs': p50 * 1000,
        'p99 µs': p99 * 1000,
        'spread of the mean, ±%': rme,
        samples: samplesCount,
      },
    };
  });
}
