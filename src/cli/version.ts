import { readFileSync } from 'node:fs';

/** As seen from `dist/src/cli`, where the program runs. */
const PACKAGE_FILE = new URL('../../../package.json', import.meta.url);

/** @returns the version of the package, such as `0.1.0` */
export function programVersion(): string {
  const { version } = JSON.parse(readFileSync(PACKAGE_FILE, 'utf8')) as { version: string };
  return version;
}
