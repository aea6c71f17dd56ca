import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/**
 * The import rules of ARCHITECTURE.md. A folder may import itself and what stands behind it here; what is not listed
 * is forbidden.
 */
const DECISIONS = [
  'admission',
  'blocking',
  'targeting',
  'pricing',
  'pacing',
  'frequency',
  'privacy',
  'supply',
  'traffic',
  'pods',
];
const MAY_IMPORT: Record<string, readonly string[]> = {
  lib: [],
  domain: ['lib'],
  ...Object.fromEntries(DECISIONS.map((folder) => [folder, ['lib', 'domain']])),
  exchange: ['lib', 'domain'],
  catalog: ['lib', 'domain'],
  profile: ['lib', 'domain', 'files', 'secrets'],
  redis: ['lib', 'domain', 'secrets'],
  secrets: ['lib', 'domain'],
  metrics: ['lib', 'domain'],
  events: ['lib', 'domain'],
  ledger: ['lib', 'domain'],
  delivery: ['lib', 'domain', 'pacing'],
  notices: ['lib', 'domain', 'secrets'],
  report: ['lib', 'domain', 'events'],
  files: ['lib'],
  sync: ['lib', 'domain', 'exchange'],
  http: ['lib', 'domain'],
  certify: ['lib', 'files'],
  load: ['lib', 'files'],
  synthetic: ['lib', 'domain'],
  recording: ['lib', 'domain', 'exchange'],
  bid: ['lib', 'domain', 'exchange', ...DECISIONS],
  replay: ['lib', 'domain', 'files', 'pricing', 'bid'],
};

/** The top of the house: app.ts, main.ts, the commands and the workers put the rooms together. */
const COMPOSITION = ['', 'cli', 'workers'];

/** Libraries with their owners, and the libraries that anybody may use. */
const OWNERS: Record<string, readonly string[]> = {
  'uWebSockets.js': ['http'],
  'prom-client': ['metrics'],
  'mmdb-lib': ['profile'],
  // Profiles, and what consent strings came to.
  'lru-cache': ['profile', 'privacy'],
  ioredis: ['redis'],
  '@humanwhocodes/momoa': ['catalog'],
  '@duckdb/node-api': ['report'],
};
const ANYBODY = ['zod'];
const COMPOSITION_ONLY = ['pino', 'commander'];

/** What the deciding folders may not touch: they are functions of their arguments. */
const IMPURE = [
  /\bDate\.now\b/,
  /\bnew Date\(\)/,
  /\bMath\.random\b/,
  /\bperformance\.now\b/,
  /\bprocess\./,
  /from 'node:/,
  /\bsetTimeout\b/,
  /\bawait\b/,
];
/** Nothing is fetched, neither at request time nor at load time, so no address in a file can be made to answer. */
const OUTGOING = [
  /\bfetch\(/,
  /import (?!\{ STATUS_CODES \}).* from 'node:(http|https|http2|net|tls|dgram|dns)/,
];

/** Commands by themselves, which talk to the addresses that the operator names and to nothing else. */
const MAY_CALL_OUT = [
  join('certify', 'post.ts'),
  join('load', 'connection.ts'),
  join('recording', 'admin-client.ts'),
];

const SOURCE = resolve(dirname(fileURLToPath(import.meta.url)), '../src');

interface SourceFile {
  readonly path: string;
  readonly folder: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const files: readonly SourceFile[] = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !/\.test(-support)?\.ts$/.test(path))
  .map((path) => {
    const text = readFileSync(join(SOURCE, path), 'utf8');
    const imports = [...text.matchAll(/(?:from|import)\s+'([^']+)'/g)].map((match) => match[1] as string);
    return { path, folder: path.includes('/') ? (path.split('/')[0] as string) : '', text, imports };
  });

function importedFolder(file: SourceFile, specifier: string): string {
  const target = relative(SOURCE, resolve(SOURCE, dirname(file.path), specifier));
  return target.includes('/') ? (target.split('/')[0] as string) : '';
}

describe('the import rules', () => {
  it('know every folder', () => {
    const folders = new Set(
      files.map((file) => file.folder).filter((folder) => !COMPOSITION.includes(folder)),
    );
    expect([...folders].sort()).toEqual(Object.keys(MAY_IMPORT).sort());
  });

  it('point one way', () => {
    const broken = files
      .filter((file) => !COMPOSITION.includes(file.folder))
      .flatMap((file) =>
        file.imports
          .filter((specifier) => specifier.startsWith('.'))
          .filter((specifier) => {
            const folder = importedFolder(file, specifier);
            return folder !== file.folder && !MAY_IMPORT[file.folder]?.includes(folder);
          })
          .map((specifier) => `${file.path} imports ${specifier}`),
      );
    expect(broken).toEqual([]);
  });

  it('give each library its owners', () => {
    const broken = files.flatMap((file) =>
      file.imports
        .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
        .filter((library) => {
          if (ANYBODY.includes(library)) return false;
          if (COMPOSITION_ONLY.includes(library)) return !COMPOSITION.includes(file.folder);
          return !OWNERS[library]?.includes(file.folder);
        })
        .map((library) => `${file.path} imports ${library}`),
    );
    expect(broken).toEqual([]);
  });

  it('keep the deciding folders pure and synchronous', () => {
    const broken = files
      .filter(({ folder }) => [...DECISIONS, 'domain', 'lib', 'synthetic'].includes(folder))
      .filter((file) => file.path !== join('lib', 'clock.ts'))
      .flatMap((file) =>
        IMPURE.filter((pattern) => pattern.test(file.text)).map((pattern) => `${file.path}: ${pattern}`),
      );
    expect(broken).toEqual([]);
  });

  it('leave one await in the bid path', () => {
    const path = files.find((file) => file.path === join('bid', 'path.ts'));
    const code = (path?.text ?? '').replace(/\/\*\*[\s\S]*?\*\//g, '');
    expect(code.match(/\bawait\b/g)).toHaveLength(1);
  });

  it('leave the files that call others to the command line', () => {
    const users = files.filter(({ path, imports }) =>
      imports.some((specifier) =>
        MAY_CALL_OUT.includes(
          relative(SOURCE, resolve(SOURCE, dirname(path), specifier)).replace(/js$/, 'ts'),
        ),
      ),
    );
    const values = users.filter(({ text }) => /import (?!type).*'\.+\/.*(post|admin-client)\.js'/.test(text));
    expect(values.map(({ path }) => path).sort()).toEqual([
      join('cli', 'certify.ts'),
      join('cli', 'record.ts'),
    ]);
  });

  it('let nothing in the house open a connection of its own', () => {
    const broken = files
      .filter(({ path }) => !MAY_CALL_OUT.includes(path))
      .flatMap((file) =>
        OUTGOING.filter((pattern) => pattern.test(file.text)).map((pattern) => `${file.path}: ${pattern}`),
      );
    expect(broken).toEqual([]);
  });
});
