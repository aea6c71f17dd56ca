import { describe, expect, it } from 'vitest';
import type { Impression, Inventory } from '../domain/bid-request.js';
import { expirySeconds } from './expiry.js';

const TIMES = { site: 61, app: 301, interstitial: 1_801, dooh: 1_802 };
const inventory = (kind: Inventory['kind']) => ({ kind }) as Inventory;
const impression = (interstitial: boolean | undefined) => ({ interstitial }) as Impression;

describe('how long a bid holds (rule 68)', () => {
  it.each([
    ['site', undefined, 61],
    ['app', false, 301],
    ['none', undefined, 301],
    ['app', true, 1_801],
    ['site', true, 1_801],
    ['dooh', undefined, 1_802],
  ] as const)('on %s, interstitial %s: %i seconds', (kind, interstitial, seconds) => {
    expect(expirySeconds(inventory(kind), impression(interstitial), TIMES)).toBe(seconds);
  });
});
