import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/** @returns how many full collections a process needs that holds some lists and replaces the oldest ones again and again */
function fullCollections(begin: string): number {
  const script = `
    ${begin}
    const lists = [];
    for (let round = 0; round < 600; round++) {
      lists.push(Array.from({ length: 20_000 }, (_, place) => ({ place, round })));
      if (lists.length > 60) lists.shift();
    }`;
  const options = ['--trace-gc', '--single-threaded-gc', '--input-type=module', '--eval'];
  const traced = execFileSync(process.execPath, [...options, script], { encoding: 'utf8' });
  return traced.split('Mark-Compact').length - 1;
}

describe('limitHeapGrowth', () => {
  it('has garbage collected before there is as much of it as of what is in use', () => {
    const program = new URL('../dist/src/heap-growth.js', import.meta.url).href;
    const limited = fullCollections(`import { limitHeapGrowth } from '${program}'; limitHeapGrowth();`);
    expect(limited).toBeGreaterThan(1.5 * fullCollections(''));
  });
});
