import { OptionReader, shareIn } from '../lib/option-reader.js';
import type { LineReader, Recorder, RecordingOptions } from './recorder.js';
import { SAMPLED_BY } from './sampler.js';

const FOR_MS_MAX = 24 * 3_600_000;
const BYTES_MAX = 1e12;
const NAMES = ['share', 'for', 'by', 'seed', 'max-bytes'] as const;
type Name = (typeof NAMES)[number];

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
  const read = new OptionReader();
  const { problems } = read;
  for (const name of query.keys())
    if (!NAMES.some((each) => each === name))
      problems.push(`${JSON.stringify(name)} is no option: expected ${NAMES.join(', ')}`);
  const textOf = (name: Name): string => query.get(name) ?? RECORDING_DEFAULTS[name];
  const share = shareIn(textOf('share')) || undefined;
  const options: RecordingOptions = {
    share: read.told('share', textOf('share'), 'a share above 0, up to 1, such as 0.01', share) ?? 1,
    forMs: read.time('for', textOf('for'), 1, FOR_MS_MAX, 'a time up to 24h, such as 90s, 10m or 2h'),
    by: read.oneOf('by', textOf('by'), SAMPLED_BY),
    seed: read.seed('seed', textOf('seed')),
    bytesMax: read.size('max-bytes', textOf('max-bytes'), 1, BYTES_MAX),
  };
  return problems.length > 0 ? { problems } : { options };
}
