import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/** @returns what a process prints that collects its garbage by itself, so that it hardly matters how busy the machine is */
function printed(script: string, ...options: string[]): string {
  const node = ['--single-threaded-gc', ...options, '--input-type=module', '--eval'];
  return execFileSync(process.execPath, [...node, script], { encoding: 'utf8' });
}

const program = new URL('../dist/src/heap.js', import.meta.url).href;
const TUNED = `import { tuneHeap } from '${program}'; tuneHeap();`;

/** Of a process that holds some lists and replaces the oldest ones again and again. */
function fullCollections(begin: string): number {
  const script = `
    ${begin}
    const lists = [];
    for (let round = 0; round < 600; round++) {
      lists.push(Array.from({ length: 20_000 }, (_, place) => ({ place, round })));
      if (lists.length > 60) lists.shift();
    }`;
  return printed(script, '--trace-gc').split('Mark-Compact').length - 1;
}

/** How many bytes became old in a process that first loads lists, and then makes the like for a moment each. */
function oldBytes(begin: string): number {
  return Number(
    printed(`
    import { getHeapSpaceStatistics } from 'node:v8';
    ${begin}
    const listOf = (number) => { const list = []; list.push({ number }); return list; };
    const loaded = [];
    for (let number = 0; number < 400_000; number++) loaded.push(listOf(number));
    const old = () => getHeapSpaceStatistics().find((space) => space.space_name === 'old_space').space_used_size;
    let before = old();
    let grown = 0;
    for (let round = 0; round < 400; round++) {
      for (let number = 0; number < 5_000; number++) grown += listOf(number).length - 1;
      grown += Math.max(0, old() - before);
      before = old();
    }
    console.log(grown + 0 * loaded.length);`),
  );
}

describe('tuneHeap', () => {
  it('has garbage collected before there is as much of it as of what is in use', () => {
    expect(fullCollections(TUNED)).toBeGreaterThan(1.5 * fullCollections(''));
  });

  it('keeps what is made for a moment among the young, whatever became of its like while files were loaded', () => {
    expect(oldBytes(TUNED)).toBeLessThan(oldBytes('') / 10);
  });
});
