import { machineFacts } from '../machine.js';
import { rowsMarkdown, tableMarkdown } from '../markdown.js';
import type { Goal } from '../parts/part.js';
import { FULL_TIME_MS } from '../table.js';
import { tableWithHash, type KeptPart, type KeptTables } from './kept-parts.js';

export interface ShownPart {
  readonly name: string;
  /** Undefined: it was not measured here. */
  readonly kept: KeptPart | undefined;
}

/** The whole report out of what was measured, as Markdown. @param shown in their order @param tables undefined: they were not measured here */
export function reportMarkdown(shown: readonly ShownPart[], tables: KeptTables | undefined): string {
  const traffic = new Set(shown.flatMap(({ kept }) => kept?.measured.result.traffic ?? []));
  return [
    '# What it costs, and what was to be reached',
    '',
    ...INTRODUCTION,
    '',
    ...machineFacts().map((fact) => `- ${fact}`),
    ...[...traffic].map((fact) => `- traffic: ${fact}`),
    `- written: ${new Date().toISOString()}`,
    '',
    ...roughly(shown, tables),
    ...mustReach(shown),
    ...shown.flatMap(chapter),
    '## What each stage costs',
    '',
    ...STAGES_INTRODUCTION,
    '',
    ...(tables
      ? [
          `Measured at ${tables.endedAt}, commit ${tables.commit}, with \`${commandText('bench', tableOptions(tables))}\`.`,
          '',
          ...tables.measured.tables.map((table) => tableWithHash(table, 3)),
        ]
      : ['Not measured here: `npm run bench`.', '']),
  ].join('\n');
}

const INTRODUCTION = [
  'Written by `npm run bench:report`. Figures are ratios within one run on one machine, or processor time, user and system, of the process that is measured, or',
  'latencies from when a request was due. Shared machines are noisy: compare figures of one run with each other. Campaigns and profiles are synthetic and seeded.',
];
const STAGES_INTRODUCTION = [
  'One process, one thread; wall time of each call unless a column says CPU, which is that of this process, kernel included. The spread is half of the',
  '95 % confidence interval of the mean. Catalogues, profiles and requests are seeded; equal hashes mean equal work.',
];

/** Whoever quotes a figure must know that it was measured in a hurry. */
function roughly(shown: readonly ShownPart[], tables: KeptTables | undefined): string[] {
  const parts = shown.filter(({ kept }) => (kept?.measured.options ?? []).length > 0).map(({ name }) => name);
  const names = [
    ...parts,
    ...(tables && tableOptions(tables).length > 0 ? ['the tables of each stage'] : []),
  ];
  return names.length === 0
    ? []
    : [
        `**Not the full measurement**, so figures are rougher: ${names.join(', ')}. The options stand below each.`,
        '',
      ];
}

function commandText(script: string, options: readonly string[]): string {
  return [`npm run ${script}`, ...(options.length === 0 ? [] : ['--', ...options])].join(' ');
}

function tableOptions({ measured: { timeMs } }: KeptTables): string[] {
  return timeMs === FULL_TIME_MS ? [] : [`--time ${timeMs}`];
}

function mustReach(shown: readonly ShownPart[]): string[] {
  const rows = shown.flatMap(({ name, kept }) => {
    const command = `\`npm run bench:${name}\``;
    return (kept?.measured.result.goals ?? []).map((goal) => [
      goal.name,
      goal.target,
      goal.figure,
      reachedText(goal),
      command,
    ]);
  });
  const missing = shown.filter(({ kept }) => !kept).map(({ name }) => `\`npm run bench:${name}\``);
  return [
    '## Must reach',
    '',
    ...rowsMarkdown(['what', 'target', 'figure', 'reached', 'command'], rows),
    '',
    'Why what is not reached is not, and what was tried: [Where the time goes](../ARCHITECTURE.md#where-the-time-goes) and the profile below.',
    '',
    ...(missing.length === 0 ? [] : [`Not measured here: ${missing.join(', ')}.`, '']),
  ];
}

function reachedText({ isReached }: Goal): string {
  if (isReached === undefined) return 'not measured';
  return isReached ? 'yes' : '**no**';
}

function chapter({ name, kept }: ShownPart): string[] {
  if (!kept) return [];
  const { result, effort, options } = kept.measured;
  const howOften = effort.rounds === 1 ? 'once' : `${effort.rounds} times`;
  return [
    ...result.tables.map((table) => tableMarkdown(table)),
    `Measured at ${kept.endedAt}, commit ${kept.commit}, with \`${commandText(`bench:${name}`, options)}\`, ${effort.seconds} s each, ${howOften}.`,
    '',
  ];
}
