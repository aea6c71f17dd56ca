import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { mainTraffic, syntheticTraffic, trafficFact, type BenchTraffic } from '../http/traffic.js';
import { medianOf } from '../table.js';
import type { DecodeCost, DecodeJob } from './decode-side.js';
import type { Effort, Part, Progress } from './part.js';

const SIDE = fileURLToPath(new URL('decode-side.js', import.meta.url));
const TARGET = 2;
const REACH = 3;

export const decodePart: Part = {
  name: 'decode',
  about: 'The decoder beside JSON.parse with the same extraction, each in processes of its own.',
  full: { seconds: 2, rounds: 9, lineItems: 1 },
  quick: { seconds: 0.7, rounds: 3, lineItems: 1 },
  smoke: { seconds: 0.05, rounds: 1, lineItems: 1 },
  async run(effort, progress) {
    const { traffic: main, notes } = await mainTraffic();
    const synthetic = syntheticTraffic();
    const kinds: (readonly [DecodeJob['traffic'], BenchTraffic])[] =
      main.name === synthetic.name
        ? [['synthetic', synthetic]]
        : [
            ['main', main],
            ['synthetic', synthetic],
          ];
    const measured = [];
    for (const [kind, traffic] of kinds)
      measured.push({ name: traffic.name, ...(await alternate(kind, traffic.name, effort, progress)) });
    return {
      goals: measured.map(({ name, ratio }) => ({
        name: `Decoder on ${name}`,
        target: `at least ${TARGET} x JSON.parse with extraction, reach for ${REACH} x`,
        figure: `${ratio.toFixed(2)} x${ratio >= REACH ? ', and what was reached for' : ''}`,
        isReached: ratio >= TARGET,
      })),
      tables: [
        {
          title: 'Decoder',
          what: 'traffic',
          rows: measured.map(({ name, figures }) => ({ name, figures })),
          notes: [
            `Processor time a body, user and system; medians of ${effort.rounds} processes each, in turns. The ratio is that of neighbours, the median and from least to most.`,
            ...notes,
          ],
        },
      ],
      traffic: kinds.map(([, traffic]) => trafficFact(traffic)),
      plots: {},
    };
  },
};

async function alternate(
  traffic: DecodeJob['traffic'],
  name: string,
  { seconds, rounds }: Effort,
  progress: Progress,
) {
  const ours: DecodeCost[] = [];
  const theirs: DecodeCost[] = [];
  for (let round = 1; round <= rounds; round++) {
    progress(`${name}: round ${round} of ${rounds}`);
    theirs.push(await costOf({ side: 'JSON.parse', traffic, seconds }));
    ours.push(await costOf({ side: 'ours', traffic, seconds }));
  }
  const found = new Set([...ours, ...theirs].map(({ impressions }) => impressions));
  if (found.size !== 1)
    throw new Error(`the decoders do not agree on ${name}: ${[...found].join(', ')} impressions`);
  const ratios = ours.map(({ us }, i) => (theirs[i]?.us ?? NaN) / us);
  const ratio = medianOf(ratios);
  return {
    ratio,
    figures: {
      'ours µs': medianOf(ours.map(({ us }) => us)),
      'JSON.parse and extraction µs': medianOf(theirs.map(({ us }) => us)),
      ratio,
      least: Math.min(...ratios),
      most: Math.max(...ratios),
    },
  };
}

/** In a process of its own. @throws when it ends without a word */
async function costOf(job: DecodeJob): Promise<DecodeCost> {
  const child = fork(SIDE, [JSON.stringify(job)], { execArgv: [] });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`measuring a decoder ended with ${String(code)}`);
  });
  const [cost] = (await Promise.race([once(child, 'message'), ended])) as [DecodeCost];
  ended.catch(() => undefined);
  return cost;
}
