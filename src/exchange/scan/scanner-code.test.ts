import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { expect, it, onTestFinished } from 'vitest';

const SOURCE = fileURLToPath(new URL('scanner.as.ts', import.meta.url));
const CODE = fileURLToPath(new URL('scanner-code.ts', import.meta.url));
/** 20 MiB, of which 16 are for the body. */
const PAGES = '310';

/** What `npm run scanner` writes; this test compares it. */
it('the scanner is compiled from what stands beside it', { timeout: 60_000 }, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'narrowcast-scanner-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const outFile = join(dir, 'scanner.wasm');
  const options = ['--runtime', 'stub', '--enable', 'simd', '--noAssert', '-O3', '--converge'];
  const memory = ['--initialMemory', PAGES, '--maximumMemory', PAGES];
  const { error } = await asc.main([SOURCE, '--outFile', outFile, ...options, ...memory], {
    stderr: process.stderr,
  });
  expect(error).toBe(null);
  const code =
    '/** What scanner.as.ts is compiled to; written by `npm run scanner`. */\n' +
    `export const SCANNER_CODE =\n  '${readFileSync(outFile).toString('base64')}';\n`;
  if (process.env['UPDATE_SCANNER']) writeFileSync(CODE, code);
  expect(readFileSync(CODE, 'utf8')).toBe(code);
});
