import type { LineReader, Recorder, RecordingOptions } from './recorder.js';
import { SAMPLED_BY } from './sampler.js';

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000 } as const;
const FOR_MS_MAX = 24 * UNIT_MS.h;
const BYTES_MAX = 1e12;
const SEED_MAX = 4_294_967_295;
const NAMES = ['share', 'for', 'by', 'seed', 'max-bytes'] as const;
type Name = (typeof NAMES)[number];
const UNIT_BYTES = { '': 1, KB: 1e3, MB: 1e6, GB: 1e9 } as const;

export const RECORDING_DEFAULTS: Readonly<Record<Name, string>> = {
  share: '0.01',
  for: '60s',
  by: 'request',
  seed: '1',
  'max-bytes': '100MB',
};

/** What `GET /record` answers: lines, or why there are none. */
export type RecordingAnswer =
  { readonly stream: (reader: LineReader) => void } | { readonly status: 400 | 409; readonly why: string };

/** @param query such as `share=0.01&for=60s&by=visitor&max-bytes=100MB`; everything has a default */
export function askForRecording(recorder: Recorder, query: string): RecordingAnswer {
  const read = readRecordingOptions(new URLSearchParams(query));
  if ('problems' in read) return { status: 400, why: read.problems.join('\n') };
  if (recorder.figures().state === 'running')
    return { status: 409, why: 'a recording is running: wait for its end, or end it where it is read' };
  return {
    stream: (reader) => {
      if (!recorder.start(read.options, reader)) reader.end();
    },
  };
}

type ReadOptions = { readonly options: RecordingOptions } | { readonly problems: readonly string[] };

function readRecordingOptions(query: URLSearchParams): ReadOptions {
  const problems: string[] = [];
  for (const name of query.keys())
    if (!NAMES.some((each) => each === name))
      problems.push(`${JSON.stringify(name)} is no option: expected ${NAMES.join(', ')}`);
  const read = <T>(name: Name, expected: string, parse: (text: string) => T | undefined): T | undefined => {
    const text = query.get(name) ?? RECORDING_DEFAULTS[name];
    const value = parse(text);
    if (value === undefined) problems.push(`${name} is ${JSON.stringify(text)} but must be ${expected}`);
    return value;
  };
  const share = read('share', 'a share above 0, up to 1, such as 0.01', shareOf);
  const forMs = read('for', 'a time up to 24h, such as 90s, 10m or 2h', durationOf);
  const by = read('by', `one of ${SAMPLED_BY.join(', ')}`, (text) =>
    SAMPLED_BY.find((each) => each === text),
  );
  const seed = read('seed', `a whole number from 0 to ${SEED_MAX}`, seedOf);
  const bytesMax = read('max-bytes', 'a size such as 500KB, 100MB or 2GB', sizeOf);
  if (share === undefined || forMs === undefined || by === undefined) return { problems };
  if (seed === undefined || bytesMax === undefined || problems.length > 0) return { problems };
  return { options: { share, forMs, by, seed, bytesMax } };
}

function shareOf(text: string): number | undefined {
  const share = /^\d?\.?\d{1,9}$/.test(text) ? Number(text) : NaN;
  return share > 0 && share <= 1 ? share : undefined;
}

function durationOf(text: string): number | undefined {
  const parts = /^(\d{1,6})([smh])$/.exec(text);
  const ms = Number(parts?.[1]) * UNIT_MS[(parts?.[2] ?? 's') as keyof typeof UNIT_MS];
  return ms > 0 && ms <= FOR_MS_MAX ? ms : undefined;
}

function seedOf(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) && Number(text) <= SEED_MAX ? Number(text) : undefined;
}

function sizeOf(text: string): number | undefined {
  const parts = /^(\d{1,12})(|KB|MB|GB)$/.exec(text);
  const bytes = Number(parts?.[1]) * UNIT_BYTES[(parts?.[2] ?? '') as keyof typeof UNIT_BYTES];
  return bytes > 0 && bytes <= BYTES_MAX ? bytes : undefined;
}
