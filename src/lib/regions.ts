import { nearestWord } from './words.js';

/** ISO 3166-2 without the country: the regions of two countries that are mostly called by name. */
const NAMED_REGIONS = {
  USA: `AL Alabama, AK Alaska, AZ Arizona, AR Arkansas, CA California, CO Colorado, CT Connecticut, DE Delaware,
    DC District of Columbia, FL Florida, GA Georgia, HI Hawaii, ID Idaho, IL Illinois, IN Indiana, IA Iowa, KS Kansas,
    KY Kentucky, LA Louisiana, ME Maine, MD Maryland, MA Massachusetts, MI Michigan, MN Minnesota, MS Mississippi,
    MO Missouri, MT Montana, NE Nebraska, NV Nevada, NH New Hampshire, NJ New Jersey, NM New Mexico, NY New York,
    NC North Carolina, ND North Dakota, OH Ohio, OK Oklahoma, OR Oregon, PA Pennsylvania, RI Rhode Island,
    SC South Carolina, SD South Dakota, TN Tennessee, TX Texas, UT Utah, VT Vermont, VA Virginia, WA Washington,
    WV West Virginia, WI Wisconsin, WY Wyoming, AS American Samoa, GU Guam, MP Northern Mariana Islands,
    PR Puerto Rico, VI US Virgin Islands`,
  CAN: `AB Alberta, BC British Columbia, MB Manitoba, NB New Brunswick, NL Newfoundland and Labrador,
    NS Nova Scotia, NT Northwest Territories, NU Nunavut, ON Ontario, PE Prince Edward Island, QC Quebec,
    SK Saskatchewan, YT Yukon`,
};

/** By country (alpha-3), then by lower-case name. */
const CODES_BY_NAME: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  Object.entries(NAMED_REGIONS).map(([country, regions]) => [
    country,
    new Map(
      regions.split(/,\s+/).map((entry) => [entry.slice(3).trim().toLowerCase(), entry.slice(0, 2)] as const),
    ),
  ]),
);
const CODE = /^[a-z0-9]{1,3}$/i;

/**
 * May requests tell this region of the country? Where the regions of a country are not known here, everything that looks
 * like a code may be one.
 *
 * @param country alpha-3, undefined when any country will do
 */
export function isRegionCode(text: string, country: string | undefined): boolean {
  const known = CODES_BY_NAME.get(country ?? '');
  if (!known) return CODE.test(text);
  return [...known.values()].includes(text.toUpperCase());
}

/** @returns the code that a name such as `California`, or a full code such as `US-CA`, means; undefined for most */
export function regionMeant(text: string, country: string | undefined): string | undefined {
  const afterCountry = /^[a-z]{2,3}[-_ ]([a-z0-9]{1,3})$/i.exec(text)?.[1];
  if (afterCountry !== undefined && isRegionCode(afterCountry, country)) return afterCountry.toUpperCase();
  const places =
    country === undefined ? [...CODES_BY_NAME.values()] : [CODES_BY_NAME.get(country) ?? new Map()];
  const codes = new Map<string, string>(places.flatMap((names) => [...names]));
  return codes.get(nearestWord(text, [...codes.keys()]) ?? '');
}
