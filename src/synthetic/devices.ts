/** What visitors hold in their hands or look at. */
export interface DeviceModel {
  /** AdCOM "Device Types". */
  readonly type: 2 | 3 | 4 | 5;
  readonly os: string;
  readonly versions: readonly string[];
  /** Undefined for computers, whose maker browsers do not tell. */
  readonly make: string | undefined;
  readonly model: string | undefined;
  readonly w: number;
  readonly h: number;
  readonly pxratio: number;
  readonly hasApps: boolean;
  readonly userAgent: (version: string, inApp: boolean) => string;
}

const CHROME = '126.0.0.0';

const iphone = (model: string, w: number, h: number): DeviceModel => ({
  type: 4,
  os: 'iOS',
  versions: ['18.1', '18.0.1', '17.6.1', '17.4', '16.7'],
  make: 'Apple',
  model,
  w,
  h,
  pxratio: 3,
  hasApps: true,
  userAgent: (version, inApp) =>
    `Mozilla/5.0 (iPhone; CPU iPhone OS ${version.replaceAll('.', '_')} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ` +
    (inApp ? 'Mobile/15E148' : `Version/${version} Mobile/15E148 Safari/604.1`),
});

const android = (make: string, model: string, type: 4 | 5 = 4): DeviceModel => ({
  type,
  os: 'Android',
  versions: ['15', '14', '14', '13', '12', '11'],
  make,
  model,
  w: type === 4 ? 412 : 800,
  h: type === 4 ? 915 : 1280,
  pxratio: 2.6,
  hasApps: true,
  userAgent: (version, inApp) =>
    inApp
      ? `Mozilla/5.0 (Linux; Android ${version}; ${model} Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/${CHROME} Mobile Safari/537.36`
      : `Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${CHROME} ${type === 4 ? 'Mobile ' : ''}Safari/537.36`,
});

const computer = (os: string, versions: readonly string[], platform: string): DeviceModel => ({
  type: 2,
  os,
  versions,
  make: undefined,
  model: undefined,
  w: 1920,
  h: 1080,
  pxratio: 1,
  hasApps: false,
  userAgent: () =>
    `Mozilla/5.0 (${platform}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${CHROME} Safari/537.36`,
});

/** The more often one stands here, the more common it is. */
export const HANDHELD_AND_DESKTOP: readonly DeviceModel[] = [
  iphone('iPhone 15', 393, 852),
  iphone('iPhone 14', 390, 844),
  iphone('iPhone 13', 390, 844),
  iphone('iPhone SE', 375, 667),
  android('Samsung', 'SM-S921B'),
  android('Samsung', 'SM-A546B'),
  android('Samsung', 'SM-A145R'),
  android('Xiaomi', '23021RAA2Y'),
  android('Xiaomi', '2201117TG'),
  android('Google', 'Pixel 8'),
  android('Huawei', 'ELE-L29'),
  android('Samsung', 'SM-X200', 5),
  computer('Windows', ['10', '11'], 'Windows NT 10.0; Win64; x64'),
  computer('Windows', ['10', '11'], 'Windows NT 10.0; Win64; x64'),
  computer('macOS', ['14.5', '13.6'], 'Macintosh; Intel Mac OS X 10_15_7'),
  computer('Linux', ['6.8'], 'X11; Linux x86_64'),
];

export const TELEVISION: DeviceModel = {
  type: 3,
  os: 'Tizen',
  versions: ['7.0', '8.0'],
  make: 'Samsung',
  model: 'QE55Q60',
  w: 1920,
  h: 1080,
  pxratio: 1,
  hasApps: true,
  userAgent: (version) =>
    `Mozilla/5.0 (SMART-TV; LINUX; Tizen ${version}) AppleWebKit/537.36 (KHTML, like Gecko) ${version} TV Safari/537.36`,
};
