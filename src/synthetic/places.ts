/** Whose law a visitor's privacy is under. */
type Law = 'gdpr' | 'us' | 'none';

export interface City {
  readonly name: string;
  /** ISO 3166-2 without the country. */
  readonly region: string;
  readonly latitude: number;
  readonly longitude: number;
  /** What its postal codes begin with. */
  readonly zip: string;
  readonly utcOffsetMinutes: number;
}

export interface Country {
  /** ISO 3166-1 alpha-3. */
  readonly code: string;
  /** Of all visitors, in parts. */
  readonly weight: number;
  readonly law: Law;
  /** The first is most people's. */
  readonly languages: readonly string[];
  readonly carriers: readonly string[];
  readonly timeZone: string;
  readonly cities: readonly City[];
}

type CityRow = readonly [
  name: string,
  region: string,
  latitude: number,
  longitude: number,
  zip: string,
  utcOffsetMinutes: number,
];

function country(
  code: string,
  weight: number,
  law: Law,
  languages: readonly string[],
  timeZone: string,
  cities: readonly CityRow[],
): Country {
  return {
    code,
    weight,
    law,
    languages,
    carriers: ['North', 'Metro', 'Blue'].map((name) => `${name} Mobile ${code}`),
    timeZone,
    cities: cities.map(([name, region, latitude, longitude, zip, utcOffsetMinutes]) => {
      return { name, region, latitude, longitude, zip, utcOffsetMinutes };
    }),
  };
}

/** Where the visitors of synthetic traffic live: real places, so that targeting by them is as it would be. */
export const COUNTRIES: readonly Country[] = [
  country('USA', 32, 'us', ['en', 'en', 'en', 'es'], 'America/New_York', [
    ['New York', 'NY', 40.71, -74.01, '100', -300],
    ['Los Angeles', 'CA', 34.05, -118.24, '900', -480],
    ['San Francisco', 'CA', 37.77, -122.42, '941', -480],
    ['Chicago', 'IL', 41.88, -87.63, '606', -360],
    ['Houston', 'TX', 29.76, -95.37, '770', -360],
    ['Dallas', 'TX', 32.78, -96.8, '752', -360],
    ['Miami', 'FL', 25.76, -80.19, '331', -300],
    ['Denver', 'CO', 39.74, -104.99, '802', -420],
    ['Seattle', 'WA', 47.61, -122.33, '981', -480],
    ['Atlanta', 'GA', 33.75, -84.39, '303', -300],
  ]),
  country('CHN', 12, 'none', ['zh'], 'Asia/Shanghai', [
    ['Shanghai', '31', 31.23, 121.47, '200', 480],
    ['Beijing', '11', 39.9, 116.41, '100', 480],
    ['Guangzhou', '44', 23.13, 113.26, '510', 480],
    ['Hangzhou', '33', 30.27, 120.16, '310', 480],
  ]),
  country('IND', 9, 'none', ['en', 'hi'], 'Asia/Kolkata', [
    ['Mumbai', 'MH', 19.08, 72.88, '400', 330],
    ['Delhi', 'DL', 28.61, 77.21, '110', 330],
    ['Bengaluru', 'KA', 12.97, 77.59, '560', 330],
  ]),
  country('DEU', 8, 'gdpr', ['de', 'de', 'de', 'en'], 'Europe/Berlin', [
    ['Berlin', 'BE', 52.52, 13.4, '101', 60],
    ['Hamburg', 'HH', 53.55, 9.99, '200', 60],
    ['Munich', 'BY', 48.14, 11.58, '803', 60],
    ['Cologne', 'NW', 50.94, 6.96, '506', 60],
  ]),
  country('GBR', 8, 'gdpr', ['en'], 'Europe/London', [
    ['London', 'ENG', 51.51, -0.13, 'EC1', 0],
    ['Manchester', 'ENG', 53.48, -2.24, 'M1', 0],
    ['Glasgow', 'SCT', 55.86, -4.25, 'G1', 0],
  ]),
  country('BRA', 7, 'none', ['pt'], 'America/Sao_Paulo', [
    ['Sao Paulo', 'SP', -23.55, -46.63, '010', -180],
    ['Rio de Janeiro', 'RJ', -22.91, -43.17, '200', -180],
  ]),
  country('FRA', 6, 'gdpr', ['fr'], 'Europe/Paris', [
    ['Paris', 'IDF', 48.86, 2.35, '750', 60],
    ['Lyon', 'ARA', 45.76, 4.84, '690', 60],
  ]),
  country('JPN', 5, 'none', ['ja'], 'Asia/Tokyo', [
    ['Tokyo', '13', 35.68, 139.69, '100', 540],
    ['Osaka', '27', 34.69, 135.5, '530', 540],
  ]),
  country('MEX', 4, 'none', ['es'], 'America/Mexico_City', [
    ['Mexico City', 'CMX', 19.43, -99.13, '060', -360],
    ['Guadalajara', 'JAL', 20.66, -103.35, '441', -360],
  ]),
  country('ESP', 3, 'gdpr', ['es'], 'Europe/Madrid', [
    ['Madrid', 'MD', 40.42, -3.7, '280', 60],
    ['Barcelona', 'CT', 41.39, 2.17, '080', 60],
  ]),
  country('ITA', 3, 'gdpr', ['it'], 'Europe/Rome', [['Rome', '62', 41.9, 12.5, '001', 60]]),
  country('CAN', 3, 'none', ['en', 'fr'], 'America/Toronto', [
    ['Toronto', 'ON', 43.65, -79.38, 'M5V', -300],
    ['Montreal', 'QC', 45.5, -73.57, 'H2X', -300],
  ]),
];
