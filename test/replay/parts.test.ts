import { describe, expect, it } from 'vitest';
import { clockOf, Timeline, timersOf } from '../../src/replay/timeline.js';
import { LineTimes } from '../../src/replay/line-times.js';

const DAY_MS = 86_400_000;

describe('the times of lines', () => {
  it('are those that the file tells, and even between them where it tells none', () => {
    const times = new LineTimes(3000);
    const told = [undefined, undefined, undefined, undefined, 10.9, undefined, 7, 12];
    expect(told.map((tMs) => times.next({ tMs }))).toEqual([0, 0, 0, 1, 10, 11, 11, 12]);
    expect(times.backwards).toBe(1);
  });

  it('of a line that cannot be are refused, and nothing is moved by them', () => {
    const times = new LineTimes(10);
    times.next({ tMs: 5 });
    expect(times.next({ tMs: 400 * DAY_MS })).toMatch(/expected at most 31622400000/);
    expect(times.next({ tMs: undefined })).toBe(105);
  });
});

describe('timers on a timeline', () => {
  it('go off at their times, on the clock of the timeline, until they are ended', async () => {
    const timeline = new Timeline();
    const clock = clockOf(timeline, 1_000_000);
    const timers = timersOf(timeline, () => 0);
    const heard: (string | number)[] = [];
    const stop = timers.every(100, () => heard.push(clock.nowMs()));
    timers.after(250, () => heard.push('once'));
    await timeline.runUntil(310);
    stop();
    await timeline.runUntil(1000);
    expect(heard).toEqual([1_000_100, 1_000_200, 'once', 1_000_300]);
    expect(clock.monotonicMs()).toBe(1000);
  });

  it('pass a quiet day in few steps of at most ten seconds, and are as close as ever when it is over', async () => {
    const timeline = new Timeline();
    const timers = timersOf(timeline, () => DAY_MS);
    const heard: number[] = [];
    timers.every(100, () => heard.push(timeline.nowMs));
    await timeline.runUntil(DAY_MS + 1000);
    const steps = heard.slice(1).map((atMs, i) => atMs - (heard[i] as number));
    expect(heard.length).toBeLessThan(10_000);
    expect(Math.max(...steps)).toBe(10_000);
    const lastSecond = heard.filter((atMs) => atMs > DAY_MS - 1000 && atMs <= DAY_MS);
    expect(lastSecond.length).toBeGreaterThanOrEqual(9);
  });
});
