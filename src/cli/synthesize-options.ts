import { isDay } from '../lib/local-day.js';
import { OptionReader } from '../lib/option-reader.js';
import type { BodyBytes } from '../synthetic/filler.js';
import { KINDS, type Kind } from '../synthetic/market.js';
import { MIX_DEFAULT, type Mix } from '../synthetic/requests.js';
import { BREADTHS, type Breadth } from '../synthetic/targeting.js';
import { VISITORS_MAX } from '../synthetic/world.js';

/** As commander hands them over. */
export interface SynthesizeTexts {
  readonly out?: string;
  readonly seed: string;
  readonly count: string;
  readonly lineItems: string;
  readonly profiles: string;
  readonly visitors: string;
  readonly day: string;
  readonly over: string;
  readonly mix?: string;
  readonly bodyBytes: string;
  readonly targeting: string;
  readonly exchanges: string;
  readonly outcomes?: boolean;
  readonly json?: boolean;
}

export interface SynthesizeOptions {
  readonly out: string;
  readonly seed: number;
  readonly requests: number;
  readonly lineItems: number;
  readonly profiles: number;
  readonly visitors: number;
  readonly day: string;
  readonly overMs: number;
  readonly mix: Mix;
  readonly bodyBytes: BodyBytes;
  readonly breadth: Breadth;
  readonly exchanges: readonly string[];
  readonly outcomes: boolean;
  readonly json: boolean;
}

const COUNT_MAX = 1_000_000_000;
/** A catalogue takes 10,000 campaigns, which have 14 line items on average. */
const LINE_ITEMS_MAX = 100_000;
const BODY_BYTES = { min: 500, max: 65_536 } as const;
/** Ten years. */
const OVER_MS_MAX = 3_650 * 86_400_000;

/** @throws an Error naming every option that cannot be used, one a line */
export function readSynthesizeOptions(texts: SynthesizeTexts): SynthesizeOptions {
  const read = new OptionReader();
  const { problems } = read;
  if (!isDay(texts.day)) problems.push(`--day is "${texts.day}" but must be a day such as 2026-11-20`);
  if (texts.out === undefined) problems.push('--out must say where to write to');
  const options: SynthesizeOptions = {
    out: texts.out ?? '',
    seed: read.seed('--seed', texts.seed),
    requests: read.whole('--count', texts.count, 1, COUNT_MAX),
    lineItems: read.whole('--line-items', texts.lineItems, 1, LINE_ITEMS_MAX),
    profiles: read.whole('--profiles', texts.profiles, 1, COUNT_MAX),
    visitors: read.whole('--visitors', texts.visitors, 1, VISITORS_MAX),
    day: texts.day,
    overMs: read.time('--over', texts.over, 1, OVER_MS_MAX, 'a time such as 90s, 30m, 24h or 7d'),
    mix: texts.mix === undefined ? MIX_DEFAULT : mixOf(texts.mix, problems),
    bodyBytes: bodyBytesOf(texts.bodyBytes, problems),
    breadth: read.oneOf('--targeting', texts.targeting, BREADTHS),
    exchanges: texts.exchanges.split(','),
    outcomes: texts.outcomes === true,
    json: texts.json === true,
  };
  if (options.exchanges.some((name) => !/^[\w.-]{1,64}$/.test(name)))
    problems.push(
      `--exchanges is "${texts.exchanges}" but must be names of exchange files, with commas between`,
    );
  read.end();
  return options;
}

function mixOf(text: string, problems: string[]): Mix {
  const mix: Partial<Record<Kind, number>> = {};
  for (const entry of text.split(',')) {
    const [name, weight = ''] = entry.split('=');
    const kind = KINDS.find((each) => each === name);
    if (kind !== undefined && /^\d{1,6}$/.test(weight)) mix[kind] = Number(weight);
    else problems.push(`--mix has "${entry}" but wants parts such as banner=60, of ${KINDS.join(', ')}`);
  }
  if (Object.values(mix).every((weight) => weight === 0)) problems.push('--mix must have a part above 0');
  return mix;
}

function bodyBytesOf(text: string, problems: string[]): BodyBytes {
  const parts = /^(\d{1,6})-(\d{1,6})$/.exec(text);
  const [from, to] = [Number(parts?.[1]), Number(parts?.[2])];
  if (from >= BODY_BYTES.min && to > from && to <= BODY_BYTES.max) return { from, to };
  problems.push(
    `--body-bytes is "${text}" but must be a range within ${BODY_BYTES.min}-${BODY_BYTES.max}, such as 1000-6000`,
  );
  return { from: 1, to: 2 };
}
