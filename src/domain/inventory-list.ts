import type { TextSet } from '../lib/text-set.js';
import type { Inventory } from './bid-request.js';

/** What an entry for a publisher begins with. */
export const PUBLISHER_ENTRY = 'publisher:';

/** @param exchange undefined = the publisher of that id at every exchange */
export function publisherEntry(id: string, exchange: string | undefined): string {
  return exchange === undefined ? PUBLISHER_ENTRY + id : `${PUBLISHER_ENTRY}${exchange}/${id}`;
}

/** Longer domains above what is sold are not looked up; there are none on lists. */
const LABELS_MAX = 12;

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

/** From the shortest up, so that a name of a hundred labels costs no more than others. */
function holdsDomain(list: TextSet, domain: string): boolean {
  let dot = domain.lastIndexOf('.');
  for (let labels = 2; dot > 0 && labels <= LABELS_MAX; labels++) {
    dot = domain.lastIndexOf('.', dot - 1);
    if (list.has(domain.slice(dot + 1))) return true;
  }
  return list.has(domain);
}
