import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { decodeBidRequest } from '../src/exchange/decode.js';

/**
 * Requests that others wrote or recorded, kept beside the repository and not in it. Where they are missing, as on a
 * plain clone, the tests say so and pass by.
 */
const SHARED = resolve(dirname(fileURLToPath(import.meta.url)), '../../shared');
const FILES = [
  'conformance/conformance-iab-examples.ndjson',
  'conformance/conformance-prebid-go-dev.ndjson',
  'conformance/conformance-prebid-java-dev.ndjson',
  'traffic/adx2016.ndjson',
];

const FORMATS = ['banner', 'video', 'audio', 'native'] as const;
const SHOWN_CHARACTERS = 300;

/** As it was sent, its beginning. */
function sentImpression(request: unknown, id: string): string {
  const { imp } = request as { imp: { id: unknown }[] };
  return JSON.stringify(imp.find((impression) => String(impression.id) === id)).slice(0, SHOWN_CHARACTERS);
}

describe('requests nobody here wrote', () => {
  it.for(FILES)('decode: %s', (file, { skip }) => {
    const path = join(SHARED, file);
    skip(!existsSync(path), `../shared/${file} is not here`);
    const counts: Record<string, number> = {};
    const count = (what: string) => (counts[what] = (counts[what] ?? 0) + 1);
    const skips = new Map<string, string>();
    for (const line of readFileSync(path, 'utf8').split('\n')) {
      if (line === '') continue;
      const { request } = JSON.parse(line) as { request: unknown };
      const result = decodeBidRequest(Buffer.from(JSON.stringify(request)));
      if (result.kind === 'invalid') count(`invalid: ${result.invalid.path} ${result.invalid.problem}`);
      else count(result.kind);
      if (result.kind !== 'request') continue;
      for (const impression of result.request.impressions) {
        for (const format of FORMATS) if (impression[format]) count(`impressions with ${format}`);
        if (impression.multiFormat) count('impressions of several formats');
      }
      for (const { id, why } of result.request.skipped) {
        count(`skipped: ${why}`);
        skips.set(why, sentImpression(request, id));
      }
    }
    console.log(file, counts, ...[...skips].map(([why, sent]) => `\n${why}, such as ${sent}`));
    expect(counts['malformed'] ?? 0).toBe(0);
    expect(counts['request'] ?? 0).toBeGreaterThan(0);
  });
});
