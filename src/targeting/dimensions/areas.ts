import type { Geo } from '../../domain/bid-request.js';
import type { Place } from '../../domain/campaign.js';
import type { TermSink } from '../postings.js';
import { TokenTerms } from './tokens.js';

export type Area = Extract<Place, { kind: 'area' }>;

/** The names of an area, compared piece by piece; the fields of `Geo` that are no coordinates. */
type AreaNames = Pick<Geo, 'country' | 'region' | 'city' | 'zip'>;

const FIELDS = ['country', 'region', 'city', 'zip'] as const;

/**
 * Terms for areas. An area names some of country, region, city and zip; all it names must be equal. Each combination of
 * fields that occurs makes one token of a request's own names, so a lookup is at most fifteen.
 */
export class AreaTerms {
  readonly #terms = new TokenTerms();
  /** Sets of fields that areas name, as bits in the order of FIELDS. */
  readonly #fieldSets = new Set<number>();

  learn(area: Area): void {
    this.#fieldSets.add(fieldsOf(area));
    this.#terms.learn(tokenOf(comparable(area), fieldsOf(area)));
  }

  get count(): number {
    return this.#terms.count;
  }

  termsOf(area: Area, sink: TermSink): void {
    this.#terms.find(tokenOf(comparable(area), fieldsOf(area)), sink);
  }

  /** @returns whether the request tells any of the names */
  resolve(geo: Geo, found: TermSink): boolean {
    const told = fieldsOf(geo);
    if (told === 0) return false;
    const names = comparable(geo);
    for (const fields of this.#fieldSets) {
      if ((fields & told) === fields) this.#terms.find(tokenOf(names, fields), found);
    }
    return true;
  }
}

/** `CHN region 31 city shanghai` */
export function areaWords(names: AreaNames): string {
  const words: string[] = [];
  for (const field of FIELDS) {
    const name = names[field] ?? '';
    if (name !== '') words.push(field === 'country' ? name : `${field} ${name}`);
  }
  return words.join(' ');
}

function fieldsOf(names: AreaNames): number {
  let fields = 0;
  for (let i = 0; i < FIELDS.length; i++) {
    if ((names[FIELDS[i] as keyof AreaNames] ?? '') !== '') fields |= 1 << i;
  }
  return fields;
}

/** Names in the order of FIELDS, in the form in which they are compared. */
function comparable({ country, region, city, zip }: AreaNames): readonly string[] {
  return [
    country?.toUpperCase() ?? '',
    withoutCountry(region?.toLowerCase() ?? ''),
    city?.toLowerCase() ?? '',
    zip?.toLowerCase() ?? '',
  ];
}

/**
 * ISO 3166-2 writes `US-CA` where many send `CA`: both compare as `ca`. A subdivision's code has at most three
 * characters, so `bas-rhin` stays what it is.
 */
function withoutCountry(region: string): string {
  const hyphen = region.indexOf('-');
  const codeLength = region.length - hyphen - 1;
  if ((hyphen !== 2 && hyphen !== 3) || codeLength < 1 || codeLength > 3) return region;
  for (let i = 0; i < hyphen; i++) {
    const code = region.charCodeAt(i);
    if (code < 0x61 || code > 0x7a) return region;
  }
  return region.slice(hyphen + 1);
}

/** Fields are set apart by a character that no name holds. */
function tokenOf(names: readonly string[], fields: number): string {
  let token = String(fields);
  for (let i = 0; i < FIELDS.length; i++) {
    if (fields & (1 << i)) token += `\n${names[i]}`;
  }
  return token;
}
