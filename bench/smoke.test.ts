import { execFile } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { hasRedisServer } from '../test/support/redis-server.js';
import type { PartResult } from './parts/part.js';
import { PARTS } from './parts/parts.js';
import { reportMarkdown } from './report/report.js';
import { FULL_TIME_MS } from './table.js';
import { TABLES } from './tables.js';

/** A target was not reached, which says nothing of a part in its smallest form. */
const EXIT_NOT_REACHED = 1;

describe('the benchmarks', () => {
  it.each(TABLES.map((table) => [table.title, table] as const))(
    '%s: run, and do the same work each time',
    async (_title, { measure }) => {
      const first = await measure(1);
      const second = await measure(1);
      expect(second.hash).toBe(first.hash);
      // A table without rows says why.
      expect(first.rows.length + first.notes.length).toBeGreaterThan(0);
      for (const { figures } of first.rows)
        for (const figure of Object.values(figures)) expect(figure ?? 0).not.toBeNaN();
    },
    60_000,
  );
});

describe('the parts of the report', () => {
  it.for(PARTS.map(({ name }) => name))(
    '%s: runs, and tells of itself in the report',
    { timeout: 120_000 },
    async (name) => {
      const result = await runPart(name);
      expect(result.tables.length).toBeGreaterThan(0);
      for (const { rows } of result.tables)
        for (const { figures } of rows) expect(Object.values(figures).length).toBeGreaterThan(0);
      // All but the profiles have a target.
      if (!['profile', 'garbage'].includes(name)) expect(result.goals.length).toBeGreaterThan(0);
      const measured = { result, effort: { seconds: 1, rounds: 1, lineItems: 1 }, options: ['--smoke'] };
      const report = reportMarkdown([{ name, kept: { measured, commit: 'abc', endedAt: 'now' } }], undefined);
      expect(report).toContain(`npm run bench:${name} -- --smoke`);
      for (const { title } of result.tables) expect(report).toContain(`## ${title}`);
      for (const { figure } of result.goals) expect(report).toContain(figure);
      if (name === 'share' && !hasRedisServer()) expect(report).toContain('redis-server is not installed');
    },
  );

  it('say so where they, or the tables of each stage, were measured in a hurry', () => {
    const result: PartResult = { goals: [], tables: [], traffic: [], plots: {} };
    const effort = { seconds: 1, rounds: 1, lineItems: 1 };
    const reportOf = (options: readonly string[], timeMs: number) =>
      reportMarkdown(
        [{ name: 'soak', kept: { measured: { result, effort, options }, commit: 'abc', endedAt: 'now' } }],
        { measured: { tables: [], timeMs }, commit: 'abc', endedAt: 'now' },
      );
    const quick = reportOf(['--quick'], 50);
    expect(quick).toContain(
      '**Not the full measurement**, so figures are rougher: soak, the tables of each stage.',
    );
    expect(quick).toContain('`npm run bench:soak -- --quick`');
    expect(quick).toContain('`npm run bench -- --time 50`');
    expect(reportOf([], FULL_TIME_MS)).not.toContain('Not the full measurement');
  });

  it('are named where they were not measured', () => {
    expect(reportMarkdown([{ name: 'soak', kept: undefined }], undefined)).toContain(
      'Not measured here: `npm run bench:soak`.',
    );
  });
});

/** As `npm run bench:<name>` runs it. */
function runPart(name: string): Promise<PartResult> {
  const args = ['--expose-gc', 'dist/bench/part.js', name, '--smoke', '--json'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error === null || error.code === EXIT_NOT_REACHED) resolve(JSON.parse(stdout) as PartResult);
      else reject(new Error(stderr));
    });
  });
}
