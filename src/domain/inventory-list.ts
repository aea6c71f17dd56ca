import type { TextSet } from '../lib/text-set.js';
import type { Inventory } from './bid-request.js';

/** What an entry for a publisher begins with. */
export const PUBLISHER_ENTRY = 'publisher:';

/** @param exchange undefined = the publisher of that id at every exchange */
export function publisherEntry(id: string, exchange: string | undefined): string {
  return exchange === undefined ? PUBLISHER_ENTRY + id : `${PUBLISHER_ENTRY}${exchange}/${id}`;
}

/** Does the request tell anything that a list could name? */
export function isNamed({ domain, bundle, publisherId }: Inventory): boolean {
  return (domain ?? bundle ?? publisherId) !== undefined;
}

/**
 * Does a list name what is sold: its domain or one above it, its app, or its publisher? A last label alone (`com`) is
 * no domain, so that no entry stands for half of the web.
 */
export function isListed(
  list: TextSet,
  { domain, bundle, publisherId }: Inventory,
  exchange: string,
): boolean {
  if (domain !== undefined && holdsDomain(list, domain)) return true;
  if (bundle !== undefined && list.has(bundle)) return true;
  if (publisherId === undefined) return false;
  return list.has(publisherEntry(publisherId, undefined)) || list.has(publisherEntry(publisherId, exchange));
}

function holdsDomain(list: TextSet, domain: string): boolean {
  if (list.has(domain)) return true;
  for (let dot = domain.indexOf('.'); dot >= 0; dot = domain.indexOf('.', dot + 1)) {
    const above = domain.slice(dot + 1);
    if (!above.includes('.')) return false;
    if (list.has(above)) return true;
  }
  return false;
}
