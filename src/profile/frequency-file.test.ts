import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { frequencyRecord } from '../../test/support/frequency.js';
import type { FrequencyOutcome } from '../domain/ports.js';
import type { ProfileKey } from '../domain/profile.js';
import { ManualClock, systemClock } from '../lib/clock.js';
import { FrequencyFile, readFrequencyFile } from './frequency-file.js';
import { FrequencyMemory } from './frequency-memory.js';

const DAY_MS = 86_400_000;
const NOW_MS = 1_790_000_000_000;

let folder: string;
let file: string;
let counted: Record<FrequencyOutcome, number>;
const metrics = { frequencyRecords: (outcome: FrequencyOutcome, n: number) => void (counted[outcome] += n) };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'narrowcast-frequency-'));
  file = join(folder, 'frequency.log');
  counted = { written: 0, refused: 0, lost: 0, evicted: 0 };
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function memoryWith(options: { nowMs?: number; recordsMax?: number; secret?: number } = {}): FrequencyMemory {
  const secret = Buffer.alloc(32, options.secret ?? 1);
  return new FrequencyMemory({
    keyRing: [{ id: 'test', secret }],
    ttlMs: 30 * DAY_MS,
    clock: new ManualClock(options.nowMs ?? NOW_MS),
    metrics,
    recordsMax: options.recordsMax ?? 1_000_000,
  });
}

function cookie(id: string): ProfileKey {
  return { kind: 'cookie', id };
}

function add(memory: FrequencyMemory, id: string, number: number): void {
  for (const name of memory.namesOf(cookie(id))) memory.add(name, frequencyRecord('shown', number));
}

function keep(memory: FrequencyMemory, onTrouble: (message: string) => void = () => undefined) {
  return new FrequencyFile(file, { memory, clock: systemClock, metrics, onTrouble });
}

/** What a new life finds. */
function reread(options: { nowMs?: number } = {}): { memory: FrequencyMemory; unread: number } {
  const memory = memoryWith(options);
  return { memory, unread: readFrequencyFile(file, memory) };
}

describe('frequency logs in a file', () => {
  it('are there again after a restart, what was there before included', async () => {
    for (let life = 1; life <= 3; life++) {
      const { memory } = reread();
      const kept = keep(memory);
      add(memory, 'c-1', life);
      add(memory, `c-${life + 1}`, life);
      await kept.close();
    }
    const { memory, unread } = reread();
    expect(unread).toBe(0);
    expect(memory.recordsOf(cookie('c-1'))).toEqual([1, 2, 3].map((bid) => frequencyRecord('shown', bid)));
    for (const id of ['c-2', 'c-3', 'c-4']) expect(memory.recordsOf(cookie(id))).toHaveLength(1);
    expect(memory.recordsOf(cookie('c-5'))).toBeUndefined();
    expect(readFileSync(file, 'latin1')).not.toContain('c-1');
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  it('end at what was cut off or written by others, and keep what came before', async () => {
    const memory = memoryWith();
    const kept = keep(memory);
    for (let i = 0; i < 5; i++) add(memory, `c-${i}`, i);
    await kept.close();
    const whole = readFileSync(file);
    writeFileSync(file, whole.subarray(0, -5));
    const cut = reread();
    expect(cut.unread).toBeGreaterThan(0);
    expect(cut.memory.logNames()).toHaveLength(4);
    writeFileSync(file, whole);
    appendFileSync(file, 'garbage');
    expect(reread().memory.logNames()).toHaveLength(5);
    writeFileSync(file, 'something else');
    expect(reread()).toMatchObject({ unread: 14 });
  });

  it('leave nothing of an erased visitor on the disk', async () => {
    const memory = memoryWith();
    const kept = keep(memory);
    add(memory, 'c-1', 1);
    add(memory, 'c-2', 2);
    expect(memory.erase(cookie('c-1'))).toBe(1);
    await kept.close();
    const bytes = readFileSync(file, 'latin1');
    expect(bytes).not.toContain(memory.namesOf(cookie('c-1'))[0]);
    expect(bytes).toContain(memory.namesOf(cookie('c-2'))[0]);
  });

  it('are forgotten when they are old', async () => {
    const memory = memoryWith();
    const kept = keep(memory);
    add(memory, 'c-1', 1);
    await kept.close();
    expect(reread({ nowMs: NOW_MS + 29 * DAY_MS }).memory.logNames()).toHaveLength(1);
    expect(reread({ nowMs: NOW_MS + 31 * DAY_MS }).memory.logNames()).toHaveLength(0);
  });

  it('that cannot be written are told of once, and stay in memory', async () => {
    file = join(folder, 'missing', 'frequency.log');
    const memory = memoryWith();
    const troubles: string[] = [];
    const kept = keep(memory, (message) => troubles.push(message));
    add(memory, 'c-1', 1);
    await kept.close();
    expect(troubles).toEqual([expect.stringContaining('frequency.log')]);
    expect(counted.lost).toBe(1);
    expect(memory.recordsOf(cookie('c-1'))).toHaveLength(1);
  });
});

describe('frequency logs in memory', () => {
  it('make room by forgetting those to which nothing happened for longest, which is counted', () => {
    const memory = memoryWith({ recordsMax: 10 });
    for (let i = 0; i < 10; i++) add(memory, `c-${i}`, i);
    add(memory, 'c-0', 10);
    add(memory, 'c-10', 11);
    expect(memory.recordsOf(cookie('c-0'))).toHaveLength(2);
    expect(memory.recordsOf(cookie('c-1'))).toBeUndefined();
    expect(memory.recordsOf(cookie('c-2'))).toBeUndefined();
    expect(memory.recordsOf(cookie('c-3'))).toHaveLength(1);
    expect(counted).toEqual({ written: 12, refused: 0, lost: 0, evicted: 2 });
  });

  it('have names that only who has the secret can make', () => {
    const [one, other] = [memoryWith(), memoryWith({ secret: 2 })];
    expect(one.namesOf(cookie('c-1'))).toEqual(memoryWith().namesOf(cookie('c-1')));
    expect(one.namesOf(cookie('c-1'))).not.toEqual(other.namesOf(cookie('c-1')));
    expect(one.namesOf({ kind: 'ip', prefix: '4:c0000200/24' })).toEqual([]);
  });
});
