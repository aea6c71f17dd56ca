import { execFile } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/** @returns exit code and what was written to standard error */
function run(script: string, ...args: readonly string[]): Promise<readonly [number, string]> {
  return new Promise((resolve) => {
    execFile(process.execPath, [`dist/bench/${script}.js`, ...args], (error, _stdout, stderr) =>
      resolve([error === null ? 0 : Number(error.code), stderr]),
    );
  });
}

describe('an option that is no number', () => {
  it.each([
    ['run', '--time', '1 to 60000'],
    ['fuzz', '--count', '1 to 1000000000'],
    ['fuzz', '--seed', '0 to 4294967295'],
    ['overload', '--seconds', '1 to 600'],
    ['rebuild', '--files', '1 to 10000'],
  ])('ends %s with exit code 2 and says what was expected: %s', async (script, option, expected) => {
    const [code, stderr] = await run(script, option, 'abc');
    expect(code).toBe(2);
    expect(stderr).toContain(`${option} is "abc" but must be a whole number from ${expected}\n`);
  });
});
