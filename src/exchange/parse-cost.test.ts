import { describe, expect, it } from 'vitest';
import { pointsToParse } from './parse-cost.js';

const BODY_BYTES = 262_144;
/** 1.8 ms. */
const POINTS_MAX = 180_000;

function isQuick(text: string): boolean {
  return pointsToParse(Buffer.from(text), true) <= POINTS_MAX;
}

/** A list of what `element` gives, about `bytes` long. */
function listOf(element: (i: number) => string, bytes: number): string {
  const elements: string[] = [];
  for (let length = 0, i = 0; length < bytes - 2; i++) {
    elements.push(element(i));
    length += element(i).length + 1;
  }
  return `[${elements.join(',')}]`;
}

const formats = JSON.stringify(Array.from({ length: 64 }, (_, i) => ({ w: 300 + i, h: 250 })));

describe('the guard against texts that are slow to parse', () => {
  it.each([
    ['10,000 lists in each other', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['40,000 objects in each other', '{"a":'.repeat(40_000)],
    ['objects each with a key of its own', listOf((i) => `{"k${i}":1}`, BODY_BYTES)],
    ['one object with ever new keys', `{${listOf((i) => `"k${i}":1`, BODY_BYTES).slice(1, -1)}}`],
    ['short strings that never repeat', listOf((i) => `{"a":"${i}"}`, BODY_BYTES)],
    ['30,000 short strings in a list', listOf((i) => `"${i}"`, BODY_BYTES)],
    ['one text of 100,000 codes', `["${'a,'.repeat(100_000)}"]`],
    ['empty objects', listOf(() => '{}', BODY_BYTES)],
    ['numbers half-way between two others', listOf(() => '9007199254740993', BODY_BYTES)],
    ['26,000 impressions', `{"id":"1","imp":${listOf(() => '{"id":"1"}', BODY_BYTES)}}`],
  ])('refuses %s', (_, body) => {
    expect(isQuick(body)).toBe(false);
  });

  it('refuses the same few keys in ever new orders', () => {
    const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'];
    const rotated = (i: number) => keys.map((_, j) => `"${keys[(j * (i % 11) + i) % 12]}":1`).join(',');
    expect(isQuick(listOf((i) => `{${rotated(i)}}`, 100_000))).toBe(false);
  });

  it.each([
    ['one long text', `"${'a'.repeat(BODY_BYTES - 2)}"`],
    ['a text full of brackets', `"${'[{'.repeat(BODY_BYTES / 2 - 1)}"`],
    ['a text full of escaped quotes', `"${'\\"'.repeat(BODY_BYTES / 2 - 1)}"`],
    ['5,000 domains', listOf((i) => `"advertiser-${i}.example"`, 120_000)],
    ['10,000 domains', listOf((i) => `"advertiser-${1_000_000 + i}.example"`, 260_000)],
    [
      '100 impressions of 64 formats',
      listOf((i) => `{"id":"${i}","banner":{"format":${formats}}}`, 100 * (formats.length + 30)),
    ],
    ['blanks', ' '.repeat(BODY_BYTES)],
  ])('lets %s pass', (_, body) => {
    expect(isQuick(body)).toBe(true);
  });

  it('lets 100 ordinary impressions pass', () => {
    const impression = (i: number) =>
      `{"id":"${i}","tagid":"/4711/news/slot-${i}","secure":1,"bidfloor":0.35,"bidfloorcur":"EUR","banner":` +
      `{"w":300,"h":250,"format":[{"w":300,"h":250},{"w":300,"h":600}],"pos":3,"battr":[1,2,3],"mimes":["text/html"]}}`;
    const impressions = Array.from({ length: 100 }, (_, i) => impression(i));
    expect(isQuick(`{"id":"1","imp":[${impressions.join(',')}]}`)).toBe(true);
  });

  it('forgets one body before the next', () => {
    const body = listOf((i) => `{"k${i}":1}`, 34_000);
    expect([isQuick(body), isQuick(body)]).toEqual([false, false]);
  });

  it('survives closing brackets without opening ones, and a text that never ends', () => {
    expect(isQuick(`${']'.repeat(20_000)}"${'\\'.repeat(20_001)}`)).toBe(true);
  });
});
