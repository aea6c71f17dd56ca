import { describe, expect, it } from 'vitest';
import { DayNumbers } from './day-numbers.js';
import { dayNumber, dayText } from './local-day.js';

describe('DayNumbers', () => {
  it('tells the day that the clocks of a zone show, also where they change at midnight', () => {
    const days = new DayNumbers();
    const at = (zone: string, time: string) => dayText(days.at(zone, Date.parse(time)));
    expect(at('Asia/Shanghai', '2026-11-24T15:59:59Z')).toBe('2026-11-24');
    expect(at('Asia/Shanghai', '2026-11-24T16:00:00Z')).toBe('2026-11-25');
    expect(at('America/New_York', '2026-11-25T04:59:59Z')).toBe('2026-11-24');
    // Clocks in Santiago go forward at midnight: the day begins at 01:00.
    expect(at('America/Santiago', '2026-09-06T03:59:59Z')).toBe('2026-09-05');
    expect(at('America/Santiago', '2026-09-06T04:00:00Z')).toBe('2026-09-06');
    expect(at('Asia/Shanghai', '2026-11-24T15:59:59Z')).toBe('2026-11-24');
  });

  it('counts days from 1970 and back', () => {
    expect(dayNumber('1970-01-02')).toBe(1);
    expect(dayText(dayNumber('2026-03-29'))).toBe('2026-03-29');
  });
});
