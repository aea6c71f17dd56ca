import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RULE_TITLES } from '../src/certify/rule-titles.js';
import { readCases, readDialogues } from './support/case-file.js';

/** Tests that show more of a line than its cases do. Each of these files names the line, as in "(rule 4)". */
const SHOWN_BY_TESTS: Readonly<Record<number, readonly string[]>> = {
  1: ['test/http/bid-route.test.ts'],
  2: ['test/http/bid-route.test.ts', 'test/certify.test.ts'],
  4: ['test/http/bid-route.test.ts', 'test/certify.test.ts'],
  5: ['test/http/bid-route.test.ts'],
  7: ['test/http/bid-route.test.ts', 'test/certify.test.ts'],
  16: ['test/certify.test.ts'],
  50: ['src/exchange/decode-visitor.test.ts'],
  64: ['src/notices/price-cipher.test.ts'],
  65: ['test/notice-rules.test.ts'],
  66: ['test/notice-rules.test.ts'],
  67: ['test/notice-rules.test.ts'],
  68: ['src/exchange/expiry.test.ts'],
  69: ['src/notices/device.test.ts'],
};

const bid = readCases('bid');
const noBid = readCases('no-bid');
const dialogues = readDialogues();
const rules = Object.keys(RULE_TITLES).map(Number);
const casesOf = (files: readonly { readonly rules: readonly number[] }[], rule: number) =>
  files.filter((file) => file.rules.includes(rule)).length;

function mentions(file: string, rule: number): boolean {
  if (!existsSync(file)) return false;
  const told = [...readFileSync(file, 'utf8').matchAll(/\brules? ((?:\d+(?:, | and )?)+)/g)];
  return told.some(([, list = '']) => list.split(/\D+/).includes(String(rule)));
}

/** Every line has at least one case that names it. */
const isShown = (rule: number) => [bid, noBid, dialogues].some((files) => casesOf(files, rule) > 0);

function table(): string {
  const rows = rules.map((rule) => {
    const tests = (SHOWN_BY_TESTS[rule] ?? []).filter((file) => mentions(file, rule));
    const links = tests.map((file) => `[${file.replace(/^(?:test|src)\//, '')}](${file})`).join(', ');
    return `| ${rule} | ${RULE_TITLES[rule]} | ${casesOf(bid, rule) || ''} | ${casesOf(noBid, rule) || ''} | ${casesOf(dialogues, rule) || ''} | ${links} |`;
  });
  return [
    '| rule | about | must bid | must not | dialogues | also |',
    '|---|---|---:|---:|---:|---|',
    ...rows,
  ].join('\n');
}

const README = 'README.md';
const TABLE = /(<!-- rules -->\n)[\s\S]*?(\n<!-- \/rules -->)/;

describe('the rule book', () => {
  it('has its 69 lines', () => {
    expect(rules).toEqual(Array.from({ length: 69 }, (_, i) => i + 1));
  });

  it('is shown line by line by cases, and by the tests that name the line', () => {
    expect(rules.filter((rule) => !isShown(rule))).toEqual([]);
    const strange = [...bid, ...noBid, ...dialogues].filter((file) =>
      file.rules.some((rule) => !rules.includes(rule)),
    );
    expect(strange.map(({ name }) => name)).toEqual([]);
    const missing = Object.entries(SHOWN_BY_TESTS).flatMap(([rule, files]) =>
      files
        .filter((file) => !mentions(file, Number(rule)))
        .map((file) => `${file} does not name rule ${rule}`),
    );
    expect(missing).toEqual([]);
  });

  it('stands in README.md with what shows it; `npm run coverage:rules` writes the table', () => {
    const readme = readFileSync(README, 'utf8');
    if (process.env['UPDATE_RULES']) {
      writeFileSync(
        README,
        readme.replace(TABLE, (_all, start: string, end: string) => `${start}${table()}${end}`),
      );
    }
    expect(TABLE.exec(readFileSync(README, 'utf8'))?.[0]).toBe(`<!-- rules -->\n${table()}\n<!-- /rules -->`);
  });
});
