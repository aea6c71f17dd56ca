import type { Random } from './prng.js';

/**
 * Zipf's law over `count` ranks: rank r (from 0) comes in proportion to 1 / (r + 1)^exponent. Holds 8 bytes a rank and
 * looks a number up by bisection in the running sums.
 */
export function zipf(count: number, exponent: number): (random: Random) => number {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank++) {
    sum += (rank + 1) ** -exponent;
    sums[rank] = sum;
  }
  return (random) => {
    const wanted = random() * sum;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sums[middle] as number) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

/** A number whose logarithm is normally distributed around that of `median`, by Box and Muller. */
export function logNormal(random: Random, median: number, sigma: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return median * Math.exp(sigma * normal);
}

/** How long to the next of events that come independently of each other, `rate` in one unit of time. */
export function poissonGap(random: Random, rate: number): number {
  return -Math.log(1 - random()) / rate;
}

/** One key of `weights`, as often as its weight is of their sum. At least one weight must be above 0. */
export function weighted<Key extends string>(
  weights: Readonly<Record<Key, number>>,
): (random: Random) => Key {
  const keys = Object.keys(weights) as Key[];
  const sum = keys.reduce((all, key) => all + weights[key], 0);
  return (random) => {
    let left = random() * sum;
    for (const key of keys) {
      left -= weights[key];
      if (left < 0) return key;
    }
    return keys.findLast((key) => weights[key] > 0) as Key;
  };
}
