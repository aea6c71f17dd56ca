/**
 * ISO 3166-1 alpha-3 codes of where the GDPR holds, or its twin of the United Kingdom: the European Union with its outermost
 * regions (TFEU article 349) and Åland, the rest of the European Economic Area, the United Kingdom, Gibraltar.
 */
const COUNTRIES: ReadonlySet<string> = new Set(
  (
    'AUT BEL BGR HRV CYP CZE DNK EST FIN FRA DEU GRC HUN IRL ITA LVA LTU LUX MLT NLD POL PRT ROU SVK SVN ESP SWE ' +
    'ALA GLP GUF MAF MTQ MYT REU ISL LIE NOR GBR GIB'
  ).split(' '),
);

/** @param country alpha-3, upper case */
export function isGdprCountry(country: string | undefined): boolean {
  return country !== undefined && COUNTRIES.has(country);
}
