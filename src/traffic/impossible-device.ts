import type { Device } from '../domain/bid-request.js';
import { unreachable } from '../lib/assert.js';

/** AdCOM "Device Types". */
const MOBILE = 1;
const COMPUTER = 2;
const TELEVISION = 3;
const PHONE = 4;
const TABLET = 5;

/** Makes of phones and tablets with Android; none of them has ever made one with another maker's system. */
const ANDROID_MAKES = new Set([
  'samsung',
  'huawei',
  'honor',
  'xiaomi',
  'redmi',
  'oppo',
  'vivo',
  'oneplus',
  'realme',
  'motorola',
  'lg',
  'htc',
  'sony',
  'google',
  'zte',
  'tecno',
  'infinix',
]);

/** Apple's numbers went from 18 to 26, after the year (developer.apple.com, release notes of iOS 26). */
const IOS_BEFORE_GAP = 18;
const IOS_AFTER_GAP = 26;
/** Far beyond any number there is. Some write Android's API level, such as 34, for its version. */
const MAJOR_MAX = 99;

/**
 * What cannot be of one device. Each line is something that no honest device says by the way: a part that is not told, or that
 * has been seen to vary with requests for desktop pages, is left alone.
 *
 * @returns why there is no such device, undefined when there may be
 */
export function impossibleDevice({ os, osVersion, make, type, userAgent = '' }: Device): string | undefined {
  const system = systemOf(os);
  switch (system) {
    case 'ios':
      if (make !== undefined && ANDROID_MAKES.has(make.toLowerCase()))
        return 'iOS on another make than Apple';
      if (userAgent.includes('Android') && !isWindowsPhone(userAgent)) return 'iOS with a browser of Android';
      if (isNoIosVersion(majorOf(osVersion))) return 'a version of iOS that there never was';
      break;
    case 'tvos':
      if (type === MOBILE || type === PHONE || type === TABLET || type === COMPUTER)
        return 'tvOS on something else than a television';
      if (make !== undefined && ANDROID_MAKES.has(make.toLowerCase()))
        return 'tvOS on another make than Apple';
      break;
    case 'android':
      if (make?.toLowerCase() === 'apple') return 'Android made by Apple';
      if (namesApplePhone(userAgent) && !isWindowsPhone(userAgent)) return 'Android with a browser of iOS';
      if ((majorOf(osVersion) ?? 1) > MAJOR_MAX) return 'a version of Android that there never was';
      break;
    case undefined:
      break;
    default:
      unreachable(system);
  }
  if (type === TELEVISION && namesApplePhone(userAgent)) return 'a television that is an iPhone or iPad';
  if (type === PHONE && userAgent.includes('Windows NT') && !isWindowsPhone(userAgent))
    return 'a phone with a browser of Windows';
  return undefined;
}

export function systemOf(os: string | undefined): 'ios' | 'tvos' | 'android' | undefined {
  switch (os?.toLowerCase() ?? '') {
    case 'ios':
    case 'iphone':
    case 'iphone os':
    case 'ipad':
    case 'ipados':
      return 'ios';
    case 'tvos':
    case 'apple tvos':
      return 'tvos';
    case 'android':
      return 'android';
    default:
      return undefined;
  }
}

/** The phones named all others in their user agents, and in desktop mode Windows for ARM processors. */
function isWindowsPhone(userAgent: string): boolean {
  return (
    userAgent.includes('Windows Phone') || userAgent.includes('WPDesktop') || userAgent.includes('; ARM;')
  );
}

function namesApplePhone(userAgent: string): boolean {
  return userAgent.includes('(iPhone;') || userAgent.includes('(iPad;');
}

function isNoIosVersion(major: number | undefined): boolean {
  if (major === undefined) return false;
  return (major > IOS_BEFORE_GAP && major < IOS_AFTER_GAP) || major > MAJOR_MAX;
}

/** @returns the number in front; undefined when there is none */
function majorOf(version: string | undefined): number | undefined {
  if (version === undefined) return undefined;
  let major: number | undefined;
  for (let i = 0; i < version.length && i < 6; i++) {
    const digit = version.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) break;
    major = (major ?? 0) * 10 + digit;
  }
  return major;
}
