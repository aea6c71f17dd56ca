import { domainToASCII } from 'node:url';
import { sellerKey, type AdsTxt } from '../domain/supply-policy.js';
import { hostOf } from '../lib/host.js';
import { TextSetBuilder } from '../lib/text-set.js';
import { wholeFileFinding } from './finding.js';
import { LineFindings, quoted } from './line-findings.js';
import { linesOf, TextFault } from './read-lines.js';
import type { TextContent } from './text-folder.js';
import { inTurns } from './turns.js';

export const ADS_TXT_BYTES_MAX = 4_194_304;
const RECORDS_MAX = 50_000;
const VARIABLES_MAX = 100;

/**
 * Reads an ads.txt or app-ads.txt (IAB ads.txt 1.1 §3.4): data records `system, seller, DIRECT or RESELLER`, variables
 * `name=value`, comments behind `#`, extensions behind `;`. Whatever its letters' case, but that of seller ids.
 *
 * A file without any record is none (§3.2.1): it may be an error page, and a publisher who authorises nobody writes the
 * placeholder record.
 *
 * @throws TextFault when there are too many records
 */
export async function readAdsTxt(path: string, file: string): Promise<TextContent<AdsTxt>> {
  const builder = new TextSetBuilder();
  const faults = new LineFindings(file);
  const partners: string[] = [];
  const subdomains: string[] = [];
  let ownerDomain: string | undefined;
  let number = 0;
  for await (const lines of linesOf(path, ADS_TXT_BYTES_MAX)) {
    for (const line of lines) {
      number++;
      const end = line.search(/[#;]/);
      const text = (end < 0 ? line : line.slice(0, end)).trim();
      if (text === '') continue;
      const record = recordOf(text);
      if (record !== undefined) {
        builder.add(record);
        continue;
      }
      const equals = text.indexOf('=');
      const name = equals < 0 ? '' : text.slice(0, equals).trim().toLowerCase();
      const domain = domainOf(text.slice(equals + 1).trim());
      switch (name) {
        case 'inventorypartnerdomain':
          if (domain !== undefined && partners.length < VARIABLES_MAX) partners.push(domain);
          break;
        case 'subdomain':
          if (domain !== undefined && subdomains.length < VARIABLES_MAX) subdomains.push(domain);
          break;
        // Of several only the first counts (§3.4.2).
        case 'ownerdomain':
          ownerDomain ??= domain;
          break;
        case '':
          faults.add(number, `${quoted(line)} is no record such as "exchange.example, 4381, DIRECT"`);
      }
    }
    if (builder.count > RECORDS_MAX) throw new TextFault(`the file has more than ${RECORDS_MAX} records`);
  }
  if (builder.count === 0) {
    const message =
      'there is no record such as "exchange.example, 4381, DIRECT" in it, so it counts as absent';
    return { content: undefined, problems: [wholeFileFinding(file, message)] };
  }
  const sellers = await inTurns(builder.finish());
  return { content: { sellers, partners, subdomains, ownerDomain }, problems: faults.findings() };
}

function recordOf(text: string): string | undefined {
  const [system = '', seller = '', relationship = ''] = text.split(',', 3).map((field) => field.trim());
  const domain = domainOf(system);
  if (domain === undefined || seller === '' || !/^(direct|reseller)$/i.test(relationship)) return undefined;
  return sellerKey(domain, seller);
}

/** The first of several fields, as in `MANAGERDOMAIN=manager.example, DE`. */
export function domainOf(text: string): string | undefined {
  const host = hostOf((text.split(',', 1)[0] ?? '').trim());
  const domain = host === undefined ? '' : domainToASCII(host);
  return domain.includes('.') ? domain : undefined;
}

export function isSameAdsTxt(a: AdsTxt, b: AdsTxt): boolean {
  return (
    a.ownerDomain === b.ownerDomain &&
    a.partners.join() === b.partners.join() &&
    a.subdomains.join() === b.subdomains.join() &&
    a.sellers.equals(b.sellers)
  );
}
