import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { METRIC_DOCS } from '../src/metrics/metric-docs.js';
import { NO_BID_REASONS } from '../src/domain/no-bid-reason.js';

const readme = readFileSync('README.md', 'utf8');

describe('README.md', () => {
  it('lists every metric with its type, labels, unit and meaning', () => {
    const table = /<!-- metrics -->\n([\s\S]*?)\n<!-- \/metrics -->/.exec(readme)?.[1];
    const rows = METRIC_DOCS.map(({ name, type, labels, unit, help }) => {
      const labelText = labels.map((label) => `\`${label}\``).join(', ');
      return `| \`${name}\` | ${type} | ${labelText} | ${unit} | ${help} |`;
    });
    expect(table?.split('\n').slice(2)).toEqual(rows);
  });

  it('names every no-bid code', () => {
    const line = readme.split('\n').find((each) => each.startsWith('| `204` |')) ?? '';
    const codes = [...line.matchAll(/(\d+) [a-z]/g)].map((match) => Number(match[1]));
    const known = [...new Set(Object.values(NO_BID_REASONS))];
    expect(codes.filter((code) => code !== 204)).toEqual(known);
  });

  it('leads to files that exist', () => {
    const targets = [...readme.matchAll(/\]\(([^)]+)\)/g)].map((match) => match[1] as string);
    const files = [...readme.matchAll(/(?:@|explain )(fixtures\/[\w/.-]+)/g)].map(
      (match) => match[1] as string,
    );
    expect(targets.length + files.length).toBeGreaterThan(5);
    for (const file of [...targets, ...files])
      expect(readFileSync(file, 'utf8').length, file).toBeGreaterThan(0);
  });

  it('uses only commands that package.json has', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    const used = [...readme.matchAll(/npm run (?:--silent )?([\w:]+)/g)].map((match) => match[1] as string);
    expect(used.filter((name) => !(name in scripts))).toEqual([]);
    // npm runs none of them where install scripts are switched off, as .npmrc does.
    const hooks = Object.keys(scripts).filter((name) => name.replace(/^(pre|post)/, '') in scripts);
    expect(hooks.filter((name) => /^(pre|post)./.test(name))).toEqual([]);
  });
});
