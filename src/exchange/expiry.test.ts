import { describe, expect, it } from 'vitest';
import type { Impression, Inventory } from '../domain/bid-request.js';
import { expirySeconds } from './expiry.js';

const inventory = (kind: Inventory['kind']) => ({ kind }) as Inventory;
const impression = (interstitial: boolean | undefined) => ({ interstitial }) as Impression;

describe('how long a bid holds (rule 68)', () => {
  it.each([
    ['site', undefined, 60],
    ['app', false, 300],
    ['none', undefined, 300],
    ['app', true, 1_800],
    ['site', true, 1_800],
    ['dooh', undefined, 1_800],
  ] as const)('on %s, interstitial %s: %i seconds', (kind, interstitial, seconds) => {
    expect(expirySeconds(inventory(kind), impression(interstitial))).toBe(seconds);
  });
});
