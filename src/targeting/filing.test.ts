import { expect, it } from 'vitest';
import { lineItemWith } from '../../test/support/targeting-samples.js';
import type { Targeting } from '../domain/campaign.js';
import { doAll, Pace } from '../lib/steps.js';
import { domains } from './dimensions/inventory.js';
import { segments } from './dimensions/customer.js';
import { fileSteps } from './filing.js';

const one = (value: string) => ({ anyOf: [value], noneOf: [] });

/** @returns who is filed under the segments, under the sites, and nowhere */
function filed(wishes: readonly Partial<Targeting>[]): [number[], number[], number[]] {
  const items = wishes.map((targeting) => lineItemWith(targeting));
  const numbers = [...items.keys()];
  const compiled = [segments, domains].map((dimension) => {
    const choosers = numbers.filter((number) => dimension.isChosenIn(lineItemWith(wishes[number]).lineItem));
    return doAll(dimension.compile(items, choosers, new Pace()));
  });
  const { filed, firstTerms, unfiled } = doAll(fileSteps(compiled, items.length, new Pace()));
  const [ofSegments, ofSites] = firstTerms as [number, number];
  const listed = (from: number, to: number): number[] => [
    ...filed.entries.subarray(filed.starts[from], filed.starts[to]),
  ];
  return [
    listed(ofSegments, ofSites).sort((a, b) => a - b),
    listed(ofSites, filed.counts.length).sort((a, b) => a - b),
    numbers.filter((number) => (((unfiled[0] as number) >>> number) & 1) === 1),
  ];
}

it('sets no terms apart for a dimension in which nobody is filed', () => {
  const items = [lineItemWith({ segments: one('runner'), domains: one('news.example') })];
  const compiled = [segments, domains].map((dimension) => doAll(dimension.compile(items, [0], new Pace())));
  expect(doAll(fileSteps(compiled, items.length, new Pace())).firstTerms).toEqual([0]);
});

it('files each line item under its rarest wish', () => {
  const wishes = [
    { segments: one('runner'), domains: one('rare.example') },
    { segments: one('runner'), domains: one('news.example') },
    { segments: one('teacher'), domains: one('news.example') },
    { segments: one('nurse'), domains: one('news.example') },
  ];
  expect(filed(wishes)).toEqual([[1, 2, 3], [0], []]);
});

it('files nobody who may want a request that tells nothing, or nothing that it wishes for', () => {
  const accept = { lineItem: 'accept', byDimension: new Map() } as const;
  const wishes: Partial<Targeting>[] = [
    { segments: one('runner') },
    { domains: one('news.example') },
    { segments: one('runner'), unknown: accept },
    { segments: { anyOf: [], noneOf: ['runner'] } },
    {},
  ];
  expect(filed(wishes)).toEqual([[0], [1], [2, 3, 4]]);
});
