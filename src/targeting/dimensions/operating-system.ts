import type { Device } from '../../domain/bid-request.js';
import type { OsChoice, Range } from '../../domain/campaign.js';
import type { Visit } from '../../domain/visit.js';
import { versionNumber } from '../../lib/version.js';
import { defineDimension, type Dimension } from '../dimension.js';
import type { TermSink } from '../postings.js';
import { RangeTerms, rangeWords } from './ranges.js';
import { TokenTerms } from './tokens.js';

/** Names in lower case that exchanges send for a system of another name. Any other name stands for itself. */
const OS_OF_NAME: ReadonlyMap<string, string> = new Map([
  ['iphone', 'ios'],
  ['ipad', 'ios'],
  ['ipod', 'ios'],
  ['iphone os', 'ios'],
  ['ipados', 'ios'],
  ['android os', 'android'],
  ['windows nt', 'windows'],
  ['mac', 'macos'],
  ['mac os', 'macos'],
  ['mac os x', 'macos'],
  ['os x', 'macos'],
  ['osx', 'macos'],
  ['apple tv', 'tvos'],
  ['chrome os', 'chromeos'],
  ['cros', 'chromeos'],
  ['tizen os', 'tizen'],
  ['webos tv', 'webos'],
  ['web0s', 'webos'],
]);

/**
 * Operating system and its version. A choice of any version needs none in the request; a choice of versions does not
 * hold when the request names the system alone. Told when the system is named.
 */
export const os: Dimension<Visit> = defineDimension<OsChoice, Visit>({
  name: 'os',
  choiceOf: (lineItem) => lineItem.targeting.os,
  newVocabulary() {
    const names = new TokenTerms();
    const versions = new RangeTerms();
    return {
      learn(condition) {
        if (isOpen(condition.version)) names.learn(osNamed(condition.name));
        else versions.learn(versionsOf(condition));
      },
      finish() {
        versions.finish(names.count);
        return {
          count: names.count + versions.count,
          termsOf(condition, sink) {
            if (isOpen(condition.version)) names.find(osNamed(condition.name), sink);
            else versions.termsOf(versionsOf(condition), sink);
          },
          resolve: ({ request }, found) => resolveOs(request.device, names, versions, found),
        };
      },
    };
  },
  conditionWords: ({ name, version }) =>
    isOpen(version) ? osNamed(name) : `${osNamed(name)} ${rangeWords(version, versionWords)}`,
  factWords({ request }) {
    const { os, osVersion } = request.device;
    return os === undefined || os === '' ? undefined : `${osNamed(os)} ${osVersion ?? ''}`.trim();
  },
});

function resolveOs(device: Device, names: TokenTerms, versions: RangeTerms, found: TermSink): number {
  if (device.os === undefined || device.os === '') return 0;
  const name = osNamed(device.os);
  names.find(name, found);
  const version = device.osVersion === undefined ? undefined : versionNumber(device.osVersion);
  if (version !== undefined) versions.find(name, version, found);
  return 1;
}

function osNamed(name: string): string {
  const lower = name.toLowerCase();
  return OS_OF_NAME.get(lower) ?? lower;
}

function isOpen(version: Range): boolean {
  return version.min === -Infinity && version.max === Infinity;
}

function versionsOf({ name, version }: OsChoice): { key: string; range: Range } {
  return { key: osNamed(name), range: version };
}

/** Back from lib/version.ts to dots; 999 is its "and everything below". */
function versionWords(version: number): string {
  const parts = [Math.floor(version / 1e6), Math.floor(version / 1e3) % 1e3, version % 1e3];
  while (parts.length > 1 && (parts.at(-1) === 0 || parts.at(-1) === 999)) parts.pop();
  return parts.join('.');
}
