import { describe, expect, it } from 'vitest';
import { isDay, isTimeZone, nextDay, startOfDayMs, zoneClock } from './local-day.js';

const iso = (day: string, zone: string) => new Date(startOfDayMs(day, zone)).toISOString();

describe('the start of a day', () => {
  it.each([
    ['2026-11-01', 'UTC', '2026-11-01T00:00:00.000Z'],
    ['2026-11-01', 'Asia/Shanghai', '2026-10-31T16:00:00.000Z'],
    ['2026-11-01', 'Pacific/Kiritimati', '2026-10-31T10:00:00.000Z'],
    ['2026-11-01', 'Pacific/Pago_Pago', '2026-11-01T11:00:00.000Z'],
    ['2026-11-01', 'Asia/Kathmandu', '2026-10-31T18:15:00.000Z'],
  ])('%s in %s', (day, zone, instant) => {
    expect(iso(day, zone)).toBe(instant);
  });

  it('makes the days on which clocks change 23 and 25 hours long', () => {
    const hours = (day: string, zone: string) =>
      (startOfDayMs(nextDay(day), zone) - startOfDayMs(day, zone)) / 3_600_000;
    expect(hours('2026-03-29', 'Europe/Paris')).toBe(23);
    expect(hours('2026-10-25', 'Europe/Paris')).toBe(25);
    expect(hours('2026-11-01', 'America/New_York')).toBe(25);
    expect(hours('2026-11-02', 'America/New_York')).toBe(24);
  });

  it('is 01:00 where the clocks skip midnight, and the next day where a day was left out', () => {
    expect(iso('2018-11-04', 'America/Sao_Paulo')).toBe('2018-11-04T03:00:00.000Z');
    expect(iso('2011-12-30', 'Pacific/Apia')).toBe(iso('2011-12-31', 'Pacific/Apia'));
  });
});

describe('the clock of a zone', () => {
  it('counts the hours of the week from Monday midnight', () => {
    const clock = zoneClock('America/New_York');
    expect(clock.hourOfWeek(Date.parse('2026-11-23T05:00:00Z'))).toBe(0);
    expect(clock.hourOfWeek(Date.parse('2026-11-23T04:59:59Z'))).toBe(167);
    expect(clock.hourOfWeek(Date.parse('2026-11-25T17:30:00Z'))).toBe(2 * 24 + 12);
  });
});

describe('words for days and zones', () => {
  it('accepts days of the calendar only', () => {
    expect(['2026-02-28', '2028-02-29', '2026-12-31'].every(isDay)).toBe(true);
    expect(['2026-02-29', '2026-13-01', '2026-1-1', '01.11.2026', '12026-01-01', ''].some(isDay)).toBe(false);
  });

  it('accepts zones by name only', () => {
    expect(['UTC', 'Asia/Shanghai', 'America/Argentina/Salta', 'Etc/GMT+5'].every(isTimeZone)).toBe(true);
    expect(['Shanghai', '+08:00', 'Asia/Shangai', 'user', '', 'CET'].some(isTimeZone)).toBe(false);
  });
});
