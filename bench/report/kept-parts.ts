import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machineFacts } from '../machine.js';
import type { Effort, PartResult } from '../parts/part.js';

/** What a part measured, and when and where: a part can be measured again alone, and the report put together of all. */
export interface KeptPart {
  readonly result: PartResult;
  readonly effort: Effort;
  /** ISO 8601, when it ended. */
  readonly endedAt: string;
  /** Parts of one report should have the same. */
  readonly machine: readonly string[];
}

const KEPT_IN = 'var/bench';
/** Beside the report, which links to them. */
const PLOTS_IN = 'bench';

export function keepPart(name: string, effort: Effort, result: PartResult): KeptPart {
  const kept: KeptPart = {
    result,
    effort,
    endedAt: new Date().toISOString(),
    machine: machineFacts(),
  };
  mkdirSync(KEPT_IN, { recursive: true });
  writeFileSync(join(KEPT_IN, `${name}.json`), `${JSON.stringify(kept, null, 2)}\n`);
  return kept;
}

/** @returns undefined for a part that was never measured here */
export function readKeptPart(name: string): KeptPart | undefined {
  const path = join(KEPT_IN, `${name}.json`);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as KeptPart) : undefined;
}

export function writePlots({ plots }: PartResult): void {
  for (const [file, svg] of Object.entries(plots)) writeFileSync(join(PLOTS_IN, file), svg);
}
