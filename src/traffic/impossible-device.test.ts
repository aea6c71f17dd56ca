import { describe, expect, it } from 'vitest';
import type { Device } from '../domain/bid-request.js';
import { impossibleDevice } from './impossible-device.js';

const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148';
const ANDROID =
  'Mozilla/5.0 (Linux; Android 14; SM-S921B; wv) AppleWebKit/537.36 Version/4.0 Chrome/130.0.0.0 Mobile Safari/537.36';
const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36';
const MAC =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15';
const WINDOWS_PHONE =
  'Mozilla/5.0 (Windows Phone 8.1; ARM; Trident/7.0; Touch; rv:11.0; IEMobile/11.0; NOKIA; Lumia 520) like iPhone OS 7_0_3 Mac OS X like Gecko Android';

const reason = (device: Partial<Device>) => impossibleDevice(device as Device);

describe('an impossible device', () => {
  it.each<[string, Partial<Device>]>([
    ['iOS on another make than Apple', { os: 'iOS', make: 'Samsung' }],
    ['iOS with a browser of Android', { os: 'ios', make: 'Apple', userAgent: ANDROID }],
    ['a version of iOS that there never was', { os: 'iOS', osVersion: '21.1' }],
    ['a version of iOS that there never was', { os: 'iPadOS', osVersion: '1000' }],
    ['tvOS on something else than a television', { os: 'tvOS', type: 4 }],
    ['tvOS on another make than Apple', { os: 'tvOS', type: 3, make: 'sony' }],
    ['Android made by Apple', { os: 'Android', make: 'Apple' }],
    ['Android with a browser of iOS', { os: 'android', userAgent: IPHONE }],
    ['a version of Android that there never was', { os: 'android', osVersion: '140' }],
    ['a television that is an iPhone or iPad', { type: 3, userAgent: IPHONE }],
    ['a phone with a browser of Windows', { type: 4, userAgent: WINDOWS }],
  ])('%s', (why, device) => {
    expect(reason(device)).toBe(why);
  });

  it.each<[string, Partial<Device>]>([
    ['that tells nothing', {}],
    ['an iPhone', { os: 'iOS', osVersion: '18.6', make: 'Apple', type: 4, userAgent: IPHONE }],
    ['an iPhone of the numbers after the year', { os: 'iOS', osVersion: '26.0.1', make: 'Apple', type: 4 }],
    ['an iPad that asks for desktop pages', { os: 'iPadOS', make: 'Apple', type: 5, userAgent: MAC }],
    ['an iPhone that asks for desktop pages', { os: 'iOS', make: 'Apple', type: 4, userAgent: MAC }],
    ['an Android phone', { os: 'Android', osVersion: '14', make: 'samsung', type: 4, userAgent: ANDROID }],
    ['Android with the level of its API for a version', { os: 'Android', osVersion: '34', type: 4 }],
    ['a version that is no number', { os: 'iOS', osVersion: 'unknown' }],
    ['an Apple TV', { os: 'tvOS', make: 'Apple', type: 7, userAgent: 'AppleCoreMedia/1.0 (Apple TV; U)' }],
    ['a Windows phone that names everybody', { os: 'Windows Phone', type: 4, userAgent: WINDOWS_PHONE }],
    ['a computer', { os: 'Windows', type: 2, userAgent: WINDOWS }],
    ['a make that we do not know', { os: 'iOS', make: 'Example' }],
  ])('is not %s', (_what, device) => {
    expect(reason(device)).toBeUndefined();
  });
});
