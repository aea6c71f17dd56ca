import { describe, expect, it } from 'vitest';
import { ZoneDays } from './zone-days.js';

const HOUR_MS = 3_600_000;
const hoursOf = (zone: string, noon: string) => new ZoneDays(zone).dayAt(Date.parse(noon)).hours;

describe('the days of a zone', () => {
  it.each([
    ['Europe/Paris', '2026-03-29T12:00:00Z', 23],
    ['Europe/Paris', '2026-10-25T12:00:00Z', 25],
    ['Europe/Paris', '2026-11-17T12:00:00Z', 24],
    ['Asia/Kathmandu', '2026-11-17T12:00:00Z', 24],
  ])('%s, %s: %i hours', (zone, noon, count) => {
    const hours = hoursOf(zone, noon);
    expect(hours).toHaveLength(count);
    expect(hours.every(({ startMs, endMs }) => endMs - startMs === HOUR_MS)).toBe(true);
  });

  it('tells an hour twice where clocks are put back', () => {
    expect(hoursOf('Europe/Paris', '2026-10-25T12:00:00Z').map(({ hourOfWeek }) => hourOfWeek % 24)).toEqual([
      0,
      1,
      2,
      2,
      ...Array.from({ length: 21 }, (_, i) => i + 3),
    ]);
  });

  it('cover time without gaps, also where clocks move by half an hour or skip midnight', () => {
    for (const [zone, start] of [
      ['Australia/Lord_Howe', '2026-04-01'],
      ['America/Sao_Paulo', '2018-11-01'],
      ['Pacific/Apia', '2011-12-27'],
    ] as const) {
      const days = new ZoneDays(zone);
      let day = days.dayAt(Date.parse(start));
      for (let i = 0; i < 7; i++) {
        expect(day.hours[0]?.startMs).toBe(day.startMs);
        expect(day.hours.at(-1)?.endMs).toBe(day.endMs);
        for (const [j, hour] of day.hours.entries()) {
          expect(hour.startMs).toBe(day.hours[j - 1]?.endMs ?? day.startMs);
        }
        expect(days.dayAt(day.endMs).startMs).toBe(day.endMs);
        day = days.dayAt(day.endMs);
      }
    }
  });
});
