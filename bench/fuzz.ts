import { isDeepStrictEqual, parseArgs } from 'node:util';
import { readTraffic } from '../src/files/read-traffic.js';
import { seededRandom } from '../src/lib/prng.js';
import { decodeBidRequest } from '../src/exchange/decode.js';
import { progressBar } from '../src/cli/progress-bar.js';
import { decodeSlowly } from '../test/oracles/decode-slowly.js';
import { damage } from '../test/support/damage.js';
import { wholeOption } from './whole-option.js';
import { appRequest, siteRequest, streamRequest } from '../test/support/sample-requests.js';

/**
 * Damages bid requests at random, byte by byte and value by value, and holds the decoder against the slow one. Ends with
 * exit code 1 at the first body on which they differ, which it prints.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});

const HELP = `Holds the decoder against the slow one on damaged bid requests.

  npm run fuzz -- [TRAFFIC.ndjson …] [--count 1000000] [--seed 1]

The requests are those of the traffic files, or a few of ours.

Exit code 0: they agree. 1: they differ. 2: an option cannot be used.
`;
const STEP = 1_000;

if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

const count = wholeOption('--count', values.count, 1, 1_000_000_000);
const seed = wholeOption('--seed', values.seed, 0, 4_294_967_295);

const bodies: Buffer[] = [];
for (const file of positionals) for await (const { body } of readTraffic(file)) bodies.push(body);
if (positionals.length === 0) {
  for (const request of [appRequest(), siteRequest(), streamRequest()])
    bodies.push(Buffer.from(JSON.stringify(request)));
}
const random = seededRandom(seed);
const bar = progressBar(process.stderr, () => performance.now());
const kinds: Record<string, number> = {};
for (let done = 0; done < count; done++) {
  const body = damage(bodies, random);
  const result = decodeBidRequest(body);
  kinds[result.kind] = (kinds[result.kind] ?? 0) + 1;
  if (result.kind !== 'too-complex' && !isDeepStrictEqual(result, decodeSlowly(body))) {
    bar.end();
    process.stdout.write(
      `they differ after ${done} bodies, seed ${seed}; base64:\n${body.toString('base64')}\n`,
    );
    process.exit(1);
  }
  if (done % STEP === 0) bar.show(done, count, 'compared');
}
bar.end();
process.stdout.write(
  `${count} damaged bodies of ${bodies.length}, decoded alike: ${JSON.stringify(kinds)}\n`,
);
