import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Which part of the bidder a function belongs to, as profiles show it. In the order of the path. */
export const STAGES = [
  'decode',
  'gates',
  'profile',
  'match',
  'price',
  'encode',
  'path',
  'HTTP',
  'events',
  'garbage collector',
  'other',
] as const;
export type Stage = (typeof STAGES)[number];

/** The first that matches the path below `src/` tells. */
const BY_FILE: readonly (readonly [RegExp, Stage])[] = [
  [/^exchange\/(?:encode|vast|native-response|json-text|expiry|compile)/, 'encode'],
  [/^exchange\//, 'decode'],
  [/^notices\//, 'encode'],
  [/^bid\/(?:respond|response-sizes|answer-reserve|one-seat|longest-shown)/, 'encode'],
  [/^(?:admission|privacy|traffic|supply)\//, 'gates'],
  [/^(?:profile|redis|sync)\//, 'profile'],
  [/^(?:targeting|blocking|frequency|pods)\//, 'match'],
  [/^bid\/(?:visit|plain-visitor|choose-creative|frequency)/, 'match'],
  [/^(?:pricing|pacing|ledger|delivery)\//, 'price'],
  [/^bid\/(?:auction|offer|room|spending|pod-keys)/, 'price'],
  [/^bid\//, 'path'],
  [/^http\//, 'HTTP'],
  [/^(?:events|metrics)\//, 'events'],
  [/^recording\//, 'HTTP'],
];

/** A function as the inspector names it. */
export interface ProfiledFunction {
  readonly functionName: string;
  /** Of its file; empty for what belongs to the engine or to native code. */
  readonly url: string;
  /** From 0, as is the column; in the file as it is built. */
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** @returns the path of its source below the project, undefined for what is not the project's */
function sourceOf({ url }: ProfiledFunction): string | undefined {
  if (!url.startsWith('file:')) return undefined;
  const path = /\/dist\/((?:src|bench|test)\/.*)\.js$/.exec(fileURLToPath(url))?.[1];
  return path === undefined ? undefined : `${path}.ts`;
}

/** @returns undefined for what does not tell: libraries and the engine, which work for who called them */
export function stageOf(profiled: ProfiledFunction): Stage | undefined {
  if (profiled.functionName === '(garbage collector)') return 'garbage collector';
  const below = sourceOf(profiled)?.replace(/^src\//, '');
  return below === undefined ? undefined : BY_FILE.find(([pattern]) => pattern.test(below))?.[1];
}

/** Its name and where it begins in the sources. */
export function functionText(profiled: ProfiledFunction): string {
  const name = profiled.functionName || '(anonymous)';
  const source = sourceOf(profiled);
  if (source === undefined) return profiled.url === '' ? name : `${name}, ${profiled.url}`;
  const line = sourceLine(profiled);
  return `${name}, ${source}${line === undefined ? '' : `:${line}`}`;
}

const sourceMaps = new Map<string, SourceMap>();

/** Counted from 1. */
function sourceLine({ url, lineNumber, columnNumber }: ProfiledFunction): number | undefined {
  let map = sourceMaps.get(url);
  if (map === undefined) {
    const payload = JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, 'utf8')) as SourceMapPayload;
    map = new SourceMap(payload);
    sourceMaps.set(url, map);
  }
  const entry = map.findEntry(lineNumber, columnNumber);
  return 'originalLine' in entry ? entry.originalLine + 1 : undefined;
}
