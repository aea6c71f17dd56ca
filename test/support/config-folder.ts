import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { campaignWith, fileText } from './campaign-file.js';
import type { Json } from './merge.js';

export interface ConfigFolder {
  readonly configDir: string;
  readonly dataDir: string;
  /** @param file relative to the configuration folder */
  readonly path: (file: string) => string;
  readonly save: (file: string, content: Json | string) => void;
}

/** A configuration on disk with the generic exchange, rates and one campaign; gone when the test is over. */
export function configFolder(): ConfigFolder {
  const root = mkdtempSync(join(tmpdir(), 'narrowcast-config-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const configDir = join(root, 'config');
  const path = (file: string): string => join(configDir, file);
  const save = (file: string, content: Json | string): void =>
    writeFileSync(path(file), typeof content === 'string' ? content : fileText(content));
  mkdirSync(path('campaigns'), { recursive: true });
  mkdirSync(path('exchanges'));
  save('exchanges/generic.json', {});
  save('rates.json', {
    date: '2026-11-20',
    daysMax: 3650,
    perUsd: { EUR: 0.8, GBP: 0.75, JPY: 150, CNY: 7 },
  });
  save('campaigns/trail.json', campaignWith());
  return { configDir, dataDir: join(root, 'var'), path, save };
}
