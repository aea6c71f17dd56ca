import type { SimulatedHour } from './simulate.js';

const WIDTH = 900;
const LEFT = 56;
const RIGHT = 16;
const PANEL_HEIGHT = 200;
const HOURLY_TOP = 48;
const TOTAL_TOP = 306;
const HEIGHT = 540;
const MICROS_PER_UNIT = 1_000_000;
const PLAN_COLOUR = '#b9c4d0';
const SPENT_COLOUR = '#1f6f8b';

/** A stretch of the day that the plot points out. */
export interface PlotNote {
  readonly startMs: number;
  readonly endMs: number;
  readonly words: string;
}

interface Axis {
  readonly top: number;
  readonly most: number;
}

/** Draws a day as SVG: planned and spent by hour, and below it both summed up. @returns the whole file */
export function dayPlot(title: string, hours: readonly SimulatedHour[], notes: readonly PlotNote[]): string {
  const startMs = hours[0]?.startMs ?? 0;
  const endMs = hours.at(-1)?.endMs ?? 1;
  const x = (ms: number) => LEFT + ((ms - startMs) / (endMs - startMs)) * (WIDTH - LEFT - RIGHT);
  const planned = runningSums(hours.map((hour) => hour.dayPlanMicros));
  const spent = runningSums(hours.map((hour) => hour.spentMicros));
  const hourly = axis(
    HOURLY_TOP,
    Math.max(...hours.flatMap((hour) => [hour.dayPlanMicros, hour.spentMicros])),
  );
  const total = axis(TOTAL_TOP, Math.max(...planned, ...spent));
  const ends = [startMs, ...hours.map((hour) => hour.endMs)];
  const line = (sums: readonly number[]) =>
    ends.map((ms, i) => `${round(x(ms))},${y(total, sums[i] ?? 0)}`).join(' ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="12" fill="#222">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="20" font-size="15" font-weight="bold">${escaped(title)}</text>`,
    ...notes.map((note, i) => noteShape(note, x, i)),
    ...gridLines(hourly, 'an hour'),
    ...gridLines(total, 'summed up'),
    ...hours.flatMap((hour) => hourBars(hour, x, hourly)),
    `<polyline points="${line([0, ...planned])}" fill="none" stroke="${PLAN_COLOUR}" stroke-width="5"/>`,
    `<polyline points="${line([0, ...spent])}" fill="none" stroke="${SPENT_COLOUR}" stroke-width="2"/>`,
    ...hours.filter((_, i) => i % 2 === 0).map((hour, i) => hourLabel(x(hour.startMs), i * 2)),
    ...legend(),
    '</svg>',
    '',
  ].join('\n');
}

function runningSums(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => (sum += value));
}

/** The scale ends on a round number above the highest value. */
function axis(top: number, mostMicros: number): Axis {
  const units = mostMicros / MICROS_PER_UNIT;
  const step = 10 ** Math.floor(Math.log10(Math.max(units, 1e-6)));
  return { top, most: Math.ceil((units / step) * 2) * (step / 2) * MICROS_PER_UNIT };
}

function y({ top, most }: Axis, micros: number): number {
  return round(top + PANEL_HEIGHT * (1 - micros / most));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function gridLines(scale: Axis, words: string): string[] {
  const lines = [0, 0.5, 1].map((share) => {
    const height = y(scale, scale.most * share);
    const units = round((scale.most * share) / MICROS_PER_UNIT);
    return `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${height}" y2="${height}" stroke="#ddd"/><text x="${LEFT - 6}" y="${height + 4}" text-anchor="end">${units}</text>`;
  });
  return [...lines, `<text x="${LEFT}" y="${scale.top - 8}" fill="#555">USD ${words}</text>`];
}

function hourBars(hour: SimulatedHour, x: (ms: number) => number, scale: Axis): string[] {
  const left = x(hour.startMs);
  const width = x(hour.endMs) - left;
  const bar = (micros: number, inset: number, colour: string) => {
    const top = y(scale, micros);
    return `<rect x="${round(left + inset)}" y="${top}" width="${round(width - 2 * inset)}" height="${round(scale.top + PANEL_HEIGHT - top)}" fill="${colour}"/>`;
  };
  return [bar(hour.dayPlanMicros, 2, PLAN_COLOUR), bar(hour.spentMicros, 9, SPENT_COLOUR)];
}

/** Notes take two heights by turns, so that neighbours do not cover each other. */
function noteShape({ startMs, endMs, words }: PlotNote, x: (ms: number) => number, i: number): string {
  const left = round(x(startMs));
  const width = round(Math.max(2, x(endMs) - x(startMs)));
  const bottom = TOTAL_TOP + PANEL_HEIGHT;
  return `<rect x="${left}" y="${HOURLY_TOP}" width="${width}" height="${bottom - HOURLY_TOP}" fill="#f6e3b4" opacity="0.7"/><text x="${left}" y="${264 + (i % 2) * 14}" font-size="10" fill="#7a5a00">${escaped(words)}</text>`;
}

function hourLabel(left: number, hour: number): string {
  return `<text x="${round(left)}" y="${TOTAL_TOP + PANEL_HEIGHT + 16}">${String(hour).padStart(2, '0')}</text>`;
}

function legend(): string[] {
  return [
    `<rect x="${WIDTH - 250}" y="10" width="12" height="12" fill="${PLAN_COLOUR}"/><text x="${WIDTH - 232}" y="20">planned at midnight</text>`,
    `<rect x="${WIDTH - 90}" y="10" width="12" height="12" fill="${SPENT_COLOUR}"/><text x="${WIDTH - 72}" y="20">spent</text>`,
  ];
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
