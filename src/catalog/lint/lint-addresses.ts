import type { FilePath } from '../finding.js';
import { isSecure } from '../schema/markup.js';
import type { Report } from './lint-finding.js';

/** Finds what is loaded over plain http. One finding a creative is enough: all of its addresses want the same. */
export function lintAddresses(
  addresses: readonly (readonly [path: FilePath, address: string])[],
  report: Report,
): void {
  const insecure = addresses.find(([, address]) => !isSecure(address));
  if (!insecure) return;
  const says =
    'is loaded over http://, so the creative cannot be shown on the many places that ask for https; use https://';
  report('warning', insecure[0], says);
}
