import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Budget } from '../src/domain/campaign.js';
import { deviation, impressions, meanDeviation, spentMicros, worstDeviation } from './pacing/figures.js';
import { dayPlot } from './pacing/plot.js';
import {
  CAMPAIGNS,
  compareMethods,
  DISTURBANCE_WORDS,
  disturbedHours,
  ROUGH_DAY,
  roughDay,
  runRoughDay,
} from './pacing/scenarios.js';
import { simulate, type SimulatedDay } from './pacing/simulate.js';

/** Runs the pacer against simulated markets, prints how well it kept its plans, and draws the day with the disturbances. */
const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, help: { type: 'boolean', default: false } },
});

const HELP = `Simulates campaigns, prints how well pacing kept their plans, and writes bench/pacing/day.svg.

  npm run pacing -- [--seed 1]
`;

const seed = Number(values.seed);
if (values.help || !Number.isSafeInteger(seed)) {
  process.stdout.write(HELP);
  process.exit(values.help ? 0 : 2);
}

const percent = (share: number, digits = 1) => `${(share * 100).toFixed(digits)} %`;
const units = (micros: number) => (micros / 1_000_000).toFixed(2);
const print = (line = '') => process.stdout.write(`${line}\n`);

print(`Pacing, simulated second by second (seed ${seed})`);
print();
print('A day with disturbances, after a week of learning; 400 USD a day, hour by hour:');
const rough = runRoughDay(seed);
const disturbed = disturbedHours(rough);
print('  hour  planned at   planned at    spent   beside  bid on  price  candidates');
print('         midnight   the hour                 plan');
for (const [i, hour] of rough.hours.entries()) {
  const beside = `${(deviation(hour) * 100).toFixed(1)} %`;
  print(
    `  ${String(i).padStart(4)}  ${units(hour.dayPlanMicros).padStart(9)}  ${units(hour.planMicros).padStart(9)}  ${units(hour.spentMicros).padStart(9)}  ${beside.padStart(8)}  ${percent(hour.throttle, 0).padStart(5)}  ${percent(hour.bidMultiplier, 0).padStart(5)}  ${String(hour.candidates).padStart(8)}${disturbed.has(hour) ? '  (no supply for a part of it)' : ''}`,
  );
}
const judged = rough.hours.slice(1).filter((hour) => !disturbed.has(hour));
print(
  `  spent ${percent(rough.spentMicros / ROUGH_DAY.dailyMicros, 2)} of the day's budget; after the first hour at most ${percent(worstDeviation(judged))} beside the plan where there was supply`,
);
print();

print('Flights, from the first hour with nothing learnt:');
for (const { name, campaign, market } of CAMPAIGNS) {
  const days = simulate({ campaign, market, method: 'throttle and price', seed });
  print(`  ${name}: ${flightFigures(days, campaign.budget)}`);
}
print();

print('The same money, spent by holding back at the full price, or by lower bids as well:');
for (const { auction, throttleOnly, withPrice } of compareMethods(seed)) {
  const more =
    impressions(withPrice) /
      spentMicros(withPrice) /
      (impressions(throttleOnly) / spentMicros(throttleOnly)) -
    1;
  print(
    `  ${auction.padEnd(12)}  holding back ${impressions(throttleOnly)} impressions for ${units(spentMicros(throttleOnly))} USD, lower bids ${impressions(withPrice)} for ${units(spentMicros(withPrice))} USD: ${percent(more)} more for the same money`,
  );
}

const dayStartMs = rough.startMs;
const notes = roughDay(dayStartMs).map((disturbance, i) => ({
  ...disturbance,
  words: DISTURBANCE_WORDS[i] ?? '',
}));
writeFileSync(
  'bench/pacing/day.svg',
  dayPlot('Spend against plan on a day with disturbances', rough.hours, notes),
);
print();
print('bench/pacing/day.svg shows the day.');

function flightFigures(days: readonly SimulatedDay[], { totalMicros, pacing }: Budget): string {
  const share = spentMicros(days) / totalMicros;
  const byDay = days.map((day) => percent(day.spentMicros / totalMicros)).join(', ');
  const isPlanned = pacing !== 'asap' && share > 0.98;
  const beside = isPlanned ? `; hours ${percent(meanDeviation(days))} beside their plans in the mean` : '';
  return `spent ${percent(share, 2)} (by day ${byDay})${beside}`;
}
