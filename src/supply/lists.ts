import { isListed } from '../domain/inventory-list.js';
import type { Check } from './check.js';

/** A list that is not there blocks everything: what it should have kept away is not known. */
export const blockFault: Check = ({ inventory }, exchange, { listsBlocked, files }) => {
  const isBlocked = listsBlocked.some((name) => {
    const list = files.lists.get(name);
    return !list || isListed(list, inventory, exchange.id);
  });
  return isBlocked ? 'block-list' : undefined;
};

/** What does not say what it is, is on no list. */
export const allowFault: Check = ({ inventory }, exchange, { listsAllowed, files }) => {
  const isAllowed = listsAllowed.some((name) => {
    const list = files.lists.get(name);
    return list !== undefined && isListed(list, inventory, exchange.id);
  });
  return isAllowed ? undefined : 'allow-list';
};
