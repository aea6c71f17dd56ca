/** A mark on an axis. */
export interface Tick {
  /** From 0 at the left to 1 at the right. */
  readonly at: number;
  readonly label: string;
}

interface Line {
  readonly name: string;
  /** Names its colour in the style sheet of the page. */
  readonly kind: 'one' | 'two' | 'three' | 'bad';
  /** Where from left to right, 0 to 1, and the value. In order. */
  readonly points: readonly (readonly [at: number, value: number])[];
}

interface Dot {
  readonly at: number;
  readonly value: number;
  readonly isBad: boolean;
  /** Shown when it is pointed at. */
  readonly about: string;
}

export interface LinePlot {
  /** What is drawn, for those who cannot see it. */
  readonly title: string;
  readonly valueUnit: string;
  readonly ticks: readonly Tick[];
  readonly lines: readonly Line[];
  readonly dots: readonly Dot[];
  /** A value that is to be seen in relation to the others, such as a deadline. */
  readonly mark: { readonly value: number; readonly label: string } | undefined;
  /** A stretch at the left that does not count, such as a warm-up; 0 of none. */
  readonly shadedUntil: number;
}

const WIDTH = 860;
const HEIGHT = 260;
const LEFT = 64;
const RIGHT = 32;
const TOP = 24;
const BOTTOM = 32;
const GRID_LINES = 4;
/** A mark far above everything would press the lines flat, so it is left out then. */
const MARK_ABOVE_MAX = 3;

/** Text as it may stand in HTML and in attributes between quotation marks. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Draws lines over a common axis as SVG, coloured by the page, with a legend. @returns HTML */
export function linePlot({ title, valueUnit, ticks, lines, dots, mark, shadedUntil }: LinePlot): string {
  const drawn = [
    ...lines.flatMap(({ points }) => points.map(([, value]) => value)),
    ...dots.map(({ value }) => value),
  ];
  const most = Math.max(...drawn, 0);
  const shownMark = mark && mark.value <= most * MARK_ABOVE_MAX ? mark : undefined;
  const top = roundUp(Math.max(most, shownMark?.value ?? 0));
  const x = (at: number) => round(LEFT + at * (WIDTH - LEFT - RIGHT));
  const y = (value: number) => round(TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM));
  const bottom = HEIGHT - BOTTOM;
  return [
    `<figure><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">`,
    shadedUntil > 0
      ? `<rect class="shade" x="${LEFT}" y="${TOP}" width="${round(x(shadedUntil) - LEFT)}" height="${bottom - TOP}"/>`
      : '',
    ...gridLines(top, y),
    ...ticks.map(
      ({ at, label }) =>
        `<line class="grid" x1="${x(at)}" x2="${x(at)}" y1="${TOP}" y2="${bottom}"/>` +
        `<text x="${x(at)}" y="${bottom + 18}" text-anchor="middle">${escapeHtml(label)}</text>`,
    ),
    `<text x="${LEFT}" y="14">${escapeHtml(valueUnit)}</text>`,
    shownMark
      ? `<line class="mark" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(shownMark.value)}" y2="${y(shownMark.value)}"/>` +
        `<text x="${WIDTH - RIGHT}" y="${y(shownMark.value) - 5}" text-anchor="end">${escapeHtml(shownMark.label)}</text>`
      : '',
    ...lines.map(({ kind, points }) => {
      const corners = points.map(([at, value]) => `${x(at)},${y(value)}`).join(' ');
      return `<polyline class="line ${kind}" points="${corners}"/>`;
    }),
    ...dots.map(({ at, value, isBad, about }) => {
      const kind = isBad ? 'bad' : 'good';
      return `<circle class="dot ${kind}" cx="${x(at)}" cy="${y(value)}" r="5"><title>${escapeHtml(about)}</title></circle>`;
    }),
    `</svg><figcaption>${lines.map(legendEntry).join('')}</figcaption></figure>`,
  ].join('');
}

function gridLines(top: number, y: (value: number) => number): string[] {
  return Array.from({ length: GRID_LINES + 1 }, (_, i) => {
    const value = (top * i) / GRID_LINES;
    return (
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(value)}" y2="${y(value)}"/>` +
      `<text x="${LEFT - 8}" y="${y(value) + 4}" text-anchor="end">${valueText(value)}</text>`
    );
  });
}

function legendEntry({ name, kind }: Line): string {
  return `<span><i class="${kind}"></i>${escapeHtml(name)}</span>`;
}

function valueText(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}

/** To a value whose quarters are easily read. */
function roundUp(value: number): number {
  if (value <= 0) return 1;
  const step = 10 ** Math.floor(Math.log10(value));
  const rounded = [1, 2, 4, 6, 8, 10].find((factor) => factor * step >= value) ?? 10;
  return rounded * step;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
