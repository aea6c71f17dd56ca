import { describe, expect, it } from 'vitest';
import { wants } from '../../../test/support/wants.js';
import { hoursWords, zoneClock } from './week.js';

const HOUR_MS = 3_600_000;
const DAYS = { mon: 0, tue: 1, wed: 2, thu: 3, fri: 4, sat: 5, sun: 6 };

/** Flags of the week with these hours of these days on. */
function weekWith(...hours: [day: keyof typeof DAYS, hour: number][]): boolean[] {
  const on = new Set(hours.map(([day, hour]) => DAYS[day] * 24 + hour));
  return Array.from({ length: 168 }, (_, hour) => on.has(hour));
}

describe('hours', () => {
  it('begin and end on the hour, in the zone that is named', () => {
    const hours = { ofWeek: weekWith(['fri', 18]), timeZone: 'Asia/Shanghai' };
    const startMs = Date.UTC(2026, 10, 20, 10);
    expect(wants({ hours }, { nowMs: startMs - 1 })).toBe(false);
    expect(wants({ hours }, { nowMs: startMs })).toBe(true);
    expect(wants({ hours }, { nowMs: startMs + HOUR_MS - 1 })).toBe(true);
    expect(wants({ hours }, { nowMs: startMs + HOUR_MS })).toBe(false);
  });

  it('follow zones that are a quarter of an hour apart', () => {
    const hours = { ofWeek: weekWith(['fri', 18]), timeZone: 'Asia/Kathmandu' };
    const startMs = Date.UTC(2026, 10, 20, 12, 15);
    expect(wants({ hours }, { nowMs: startMs - 1 })).toBe(false);
    expect(wants({ hours }, { nowMs: startMs })).toBe(true);
  });

  it('skip an hour in spring and repeat one in autumn', () => {
    const clock = zoneClock('America/New_York');
    const sunday = DAYS.sun * 24;
    const springMs = Date.UTC(2026, 2, 8, 7); // 02:00 EST becomes 03:00 EDT
    expect([clock(springMs - 1), clock(springMs)]).toEqual([sunday + 1, sunday + 3]);
    const autumnMs = Date.UTC(2026, 10, 1, 6); // 02:00 EDT becomes 01:00 EST
    expect([clock(autumnMs - 1), clock(autumnMs), clock(autumnMs + HOUR_MS)]).toEqual([
      sunday + 1,
      sunday + 1,
      sunday + 2,
    ]);
    expect(clock(springMs - 1)).toBe(sunday + 1);
  });

  it("follow the visitor's own clock, over the end of the week", () => {
    const hours = { ofWeek: weekWith(['mon', 0]), timeZone: 'user' };
    const nowMs = Date.UTC(2026, 10, 22, 19, 30); // Sunday evening in London
    expect(wants({ hours }, { nowMs, geo: { utcOffsetMinutes: 330 } })).toBe(false);
    expect(wants({ hours }, { nowMs: nowMs - HOUR_MS, geo: { utcOffsetMinutes: 330 } })).toBe(true);
    expect(wants({ hours }, { nowMs: nowMs + 9 * HOUR_MS, geo: { utcOffsetMinutes: -240 } })).toBe(true);
  });

  it("are unknown only in the visitor's own zone", () => {
    const ofWeek = weekWith(['mon', 0]);
    const unknown = { lineItem: 'accept', byDimension: new Map() } as const;
    expect(wants({ hours: { ofWeek, timeZone: 'user' }, unknown })).toBe(true);
    expect(wants({ hours: { ofWeek, timeZone: 'user' } })).toBe(false);
    expect(wants({ hours: { ofWeek, timeZone: 'UTC' }, unknown })).toBe(false);
  });

  it('are written as campaign files write them', () => {
    const workdays = (['mon', 'tue', 'wed', 'thu', 'fri'] as const).flatMap((day) =>
      [7, 8, 18].map((hour): ['mon', number] => [day as 'mon', hour]),
    );
    expect(hoursWords(weekWith(...workdays, ['sun', 23]))).toBe('mon-fri 07-09, 18-19; sun 23-24');
    expect(hoursWords(weekWith())).toBe('never');
    expect(hoursWords(Array<boolean>(168).fill(true))).toBe('mon-sun 00-24');
  });
});
