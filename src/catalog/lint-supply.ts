import type { SupplyCheck, SupplySettings } from '../domain/supply-policy.js';
import type { FilePath, Finding } from './finding.js';
import type { JsonFile } from './json-file.js';
import { locatedFinding } from './lint.js';
import { missingListText } from './lint/missing-list.js';

const LIST_SETTINGS = [
  ['block', 'listsBlocked', 'nothing at all is bought until it is there'],
  ['allowOnly', 'listsAllowed', 'nothing is bought from it'],
] as const;

/**
 * Finds what the supply policy names and the configuration does not have. The policy is used all the same: whoever wrote
 * it wanted less to be bought than without it.
 *
 * @param file the policy's
 * @param json undefined when its present version is not in use
 */
export function lintSupply(
  settings: SupplySettings,
  file: string,
  json: JsonFile | undefined,
  has: { readonly lists: ReadonlyMap<string, unknown>; readonly exchanges: ReadonlyMap<string, unknown> },
): Finding[] {
  const report = (severity: Finding['severity'], path: FilePath, says: string): Finding =>
    json
      ? locatedFinding({ severity, file, path, says }, json)
      : { severity, file, line: 0, column: 0, path: '', message: `${path.join('.')} ${says}` };
  const ofLists = LIST_SETTINGS.flatMap(([check, names, consequence]) =>
    settings[names].flatMap((name, i) => {
      if (has.lists.has(name)) return [];
      const says = `is ${missingListText(name, has.lists)}`;
      const finding = report('error', [check, 'lists', i], says);
      return [isOnSomewhere(settings, check) ? { ...finding, consequence } : finding];
    }),
  );
  const ofExchanges = [...settings.exchanges.keys()]
    .filter((name) => !has.exchanges.has(name))
    .map((name) => {
      const says = `speaks of an exchange that is not there; exchanges/${name}.json does not exist`;
      return report('warning', ['exchanges', name], says);
    });
  return [...ofLists, ...ofExchanges];
}

function isOnSomewhere({ modes, exchanges }: SupplySettings, check: SupplyCheck): boolean {
  return [modes, ...exchanges.values()].some((each) => each[check] === 'on');
}
