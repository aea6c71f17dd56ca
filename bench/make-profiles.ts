import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { integerBetween, pick, seededRandom, type Random } from '../src/lib/prng.js';
import { wholeOption } from './whole-option.js';

/** Writes profile lines to standard output, for trying out what a store and its loader can take. */
const HELP = `Writes made-up profile lines; equal seeds give equal lines.

  node dist/bench/make-profiles.js COUNT [--seed N] [--bad SHARE] > profiles.ndjson
  node dist/bench/make-profiles.js 1000000 | gzip > profiles.ndjson.gz

  --seed N      default 1
  --bad SHARE   this share of the lines is damaged, 0 to 1 (default 0)
`;
const BATCH_CHARACTERS = 256 * 1024;
const SEGMENTS = Array.from({ length: 400 }, (_, i) => `segment-${i}`);
const ENDS = ['2027-12-31', '2028-06-30', '2027-03-01T18:00:00Z', null];
const OCCUPATIONS = ['teacher', 'engineer', 'nurse', 'student', 'driver'];
const CITIES = ['shanghai', 'hangzhou', 'suzhou', 'berlin', 'lyon'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    bad: { type: 'string', default: '0' },
    help: { type: 'boolean', default: false },
  },
});
const count = Number(positionals[0]);
if (values.help || !Number.isInteger(count) || count < 0) {
  process.stderr.write(HELP);
  process.exit(values.help ? 0 : 2);
}

const random = seededRandom(wholeOption('--seed', values.seed, 0, 4_294_967_295));
let batch = '';
for (let i = 0; i < count; i++) {
  const line = JSON.stringify(makeLine(random, i));
  batch += `${random() < Number(values.bad) ? line.slice(0, -5) : line}\n`;
  if (batch.length < BATCH_CHARACTERS) continue;
  if (!process.stdout.write(batch)) await once(process.stdout, 'drain');
  batch = '';
}
process.stdout.write(batch);

/** One in ten is about a network, the others are about persons, half of whom are known by more than their segments. */
function makeLine(random: Random, number: number): object {
  const segments = Object.fromEntries(
    Array.from({ length: integerBetween(random, 1, 8) }, () => [pick(random, SEGMENTS), pick(random, ENDS)]),
  );
  if (number % 10 === 9) return { id: { ip: networkOf(number) }, segments };
  const id = { cookie: `c-${number.toString(36).padStart(6, '0')}` };
  if (random() < 0.5) return { id, segments };
  return {
    id,
    segments,
    people: {
      age: integerBetween(random, 18, 80),
      gender: pick(random, ['F', 'M']),
      occupation: pick(random, OCCUPATIONS),
    },
    interests: { running: hundredths(random), travel: hundredths(random), music: hundredths(random) },
    value: {
      recency: integerBetween(random, 0, 90),
      frequency: integerBetween(random, 1, 20),
      monetary: integerBetween(random, 0, 100_000) / 100,
    },
    stage: pick(random, ['new', 'active', 'lapsing', 'lost']),
    geo: { country: 'CHN', region: '31', city: pick(random, CITIES) },
    updated: '2026-11-15T08:00:00Z',
  };
}

function networkOf(number: number): string {
  return `${10 + ((number >>> 16) & 63)}.${(number >>> 8) & 255}.${number & 255}.0/24`;
}

function hundredths(random: Random): number {
  return integerBetween(random, 0, 100) / 100;
}
