import type { BidRequest, Inventory } from '../domain/bid-request.js';
import { sellerKey, type AdsTxt, type SupplyFiles } from '../domain/supply-policy.js';
import type { Check } from './check.js';
import { senderOf, type Sender } from './sender.js';

/**
 * Is whoever sold the impression named in the ads.txt of the site or the app-ads.txt of the app (IAB ads.txt 1.1, rule
 * 52)? Where an inventory partner sells, the owner's file names the partner, and the partner's file names the seller.
 */
export const adsTxtFault: Check = (request, exchange, { files, adsTxtRequired }) => {
  const verdict = verdictOf(request, senderOf(request, exchange), files);
  if (verdict === 'violation') return 'ads-txt-violation';
  return verdict === 'unavailable' && adsTxtRequired ? 'ads-txt-unavailable' : undefined;
};

function verdictOf(
  { inventory }: BidRequest,
  sender: Sender | undefined,
  files: SupplyFiles,
): 'authorised' | 'violation' | 'unavailable' {
  if (!sender) return 'unavailable';
  const ofOwner = adsTxtOf(inventory, files);
  const { partnerDomain } = inventory;
  if (ofOwner && partnerDomain !== undefined && !ofOwner.partners.includes(partnerDomain)) return 'violation';
  const ofSeller = partnerDomain === undefined ? ofOwner : fileFor(partnerDomain, folderOf(inventory, files));
  // A partner that nobody vouches for may be anybody.
  if (!ofOwner || !ofSeller) return 'unavailable';
  return ofSeller.sellers.has(sellerKey(sender.system, sender.sellerId)) ? 'authorised' : 'violation';
}

/** The file of who owns the inventory. */
export function adsTxtOf(inventory: Inventory, files: SupplyFiles): AdsTxt | undefined {
  const folder = folderOf(inventory, files);
  const { bundle, domain } = inventory;
  const ofApp = bundle === undefined ? undefined : folder.get(bundle);
  return ofApp ?? (domain === undefined ? undefined : fileFor(domain, folder));
}

function folderOf({ kind }: Inventory, { adsTxt, appAdsTxt }: SupplyFiles): ReadonlyMap<string, AdsTxt> {
  return kind === 'app' ? appAdsTxt : adsTxt;
}

/**
 * The file of the root domain, which is the shortest one that has a file, unless that file says that a subdomain has its
 * own (`subdomain=`): then only the subdomain's counts, and there is none as long as it is not loaded.
 */
function fileFor(domain: string, folder: ReadonlyMap<string, AdsTxt>): AdsTxt | undefined {
  let root: AdsTxt | undefined;
  for (let name: string | undefined = domain; name !== undefined; name = above(name)) {
    root = folder.get(name) ?? root;
  }
  const own = root?.subdomains.find((subdomain) => isWithin(domain, subdomain));
  return own === undefined ? root : folder.get(own);
}

function above(domain: string): string | undefined {
  const dot = domain.indexOf('.');
  return dot < 0 ? undefined : domain.slice(dot + 1);
}

function isWithin(domain: string, parent: string): boolean {
  return domain === parent || domain.endsWith(`.${parent}`);
}
