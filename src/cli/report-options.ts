import { isDay } from '../lib/local-day.js';
import { MODELS, type Model, type Windows } from '../report/attribution.js';
import type { Selection } from '../report/bids.js';
import { DIMENSION_NAMES, withOwners, type Dimension } from '../report/dimensions.js';

/** As commander hands them over. */
export interface ReportOptionTexts {
  readonly from?: string;
  readonly to?: string;
  readonly by: string;
  readonly campaign?: string;
  readonly losses?: boolean;
  readonly attribution?: boolean;
  readonly model?: string;
  readonly clickWindow: string;
  readonly viewWindow: string;
  readonly csv?: string;
  readonly parquet?: string;
  readonly json?: boolean;
}

export interface ReportOptions {
  readonly about: 'performance' | 'losses' | 'attribution';
  readonly dimensions: readonly Dimension[];
  readonly selection: Selection;
  readonly models: readonly Model[];
  readonly windows: Windows;
  readonly csv: string | undefined;
  readonly parquet: string | undefined;
  readonly json: boolean;
}

const UNIT_MS = { d: 86_400_000, h: 3_600_000, m: 60_000 } as const;
const WINDOW_MS_MAX = 365 * UNIT_MS.d;

/** @throws an Error naming every option that cannot be used, one a line */
export function readReportOptions(texts: ReportOptionTexts): ReportOptions {
  const problems: string[] = [];
  const from = readDay('--from', texts.from, problems);
  const to = readDay('--to', texts.to, problems);
  if (from !== undefined && to !== undefined && from > to)
    problems.push(`--from ${from} is after --to ${to}`);
  if (texts.losses && texts.attribution)
    problems.push('--losses and --attribution are two reports: ask for one');
  if (texts.model !== undefined && !texts.attribution) problems.push('--model goes with --attribution');
  const options: ReportOptions = {
    about: texts.losses ? 'losses' : texts.attribution ? 'attribution' : 'performance',
    dimensions: withOwners(readList('--by', texts.by.split(','), DIMENSION_NAMES, problems)),
    selection: { from, to, campaign: texts.campaign },
    models: texts.model === undefined ? MODELS : readList('--model', [texts.model], MODELS, problems),
    windows: {
      clickMs: readWindow('--click-window', texts.clickWindow, problems),
      viewMs: readWindow('--view-window', texts.viewWindow, problems),
    },
    csv: texts.csv,
    parquet: texts.parquet,
    json: texts.json === true,
  };
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return options;
}

function readDay(option: string, text: string | undefined, problems: string[]): string | undefined {
  if (text !== undefined && !isDay(text))
    problems.push(`${option} is "${text}" but must be a day such as 2026-11-01`);
  return text;
}

function readList<Name extends string>(
  option: string,
  texts: readonly string[],
  names: readonly Name[],
  problems: string[],
): readonly Name[] {
  const words = texts.map((text) => text.trim());
  const wrong = words.filter((word) => !(names as readonly string[]).includes(word));
  if (wrong.length > 0) problems.push(`${option} has "${wrong.join(', ')}" but knows ${names.join(', ')}`);
  return words as Name[];
}

function readWindow(option: string, text: string, problems: string[]): number {
  const [, number, unit] = /^(\d{1,6})([dhm])$/.exec(text) ?? [];
  const windowMs = Number(number) * UNIT_MS[unit as keyof typeof UNIT_MS];
  if (windowMs <= WINDOW_MS_MAX) return windowMs;
  problems.push(`${option} is "${text}" but must be a time of at most 365d, such as 30d, 12h or 90m`);
  return 0;
}
