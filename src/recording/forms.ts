import { parseIp } from '../lib/ip.js';
import type { Pseudonyms } from './pseudonyms.js';

/**
 * What values that may stay look like. A field is kept for what it holds and not for what it is called, since an exchange
 * can put anything into any of them.
 */

/** Larger numbers are nobody's amounts, codes or flags; ids and phone numbers are. */
const NUMBER_MAX = 1_000_000;
/** The patterns below take time with the square of what they look at. */
const WORDS_CHARACTERS_MAX = 100;
const DEVICE_CHARACTERS_MAX = 1_024;
const CONSENT_CHARACTERS_MAX = 16_384;
/** Sections of the United States have flags alone; those of Europe and Canada have the moment of consent, which few share. */
const FLAGS_CHARACTERS_MAX = 24;

export const COUNT = /^-?\d{1,5}(\.\d{1,6})?$/;
export const CURRENCY = /^[a-z]{3}$/i;
export const CATEGORY = /^(?=[a-z]*\d)[a-z\d-]{1,10}$/i;
export const LANGUAGE = /^[a-z]{2,3}([-_][a-z\d]{1,8}){0,3}$/i;
export const MEDIA_TYPE = /^(application|audio|font|image|text|video)\/[a-z\d.+-]{1,40}$/i;
export const US_PRIVACY = /^1[yn-]{3}$/i;
/** Of a thing that is sold or of who sells it: nobody's address, name or number with its usual signs. */
export const THING_ID = /^[\w.:-]{1,64}$/;
const CONSENT = /^C[\w-]{15,}(\.[\w-]+)*$/;
const GPP = /^DB[\w-]+(~[\w.-]+)+$/;
const VERSION = /^\d{1,5}([._]\d{1,5}){0,3}$/;
const DOMAIN = /^[\p{L}\d_-]+(\.[\p{L}\d_-]+)+$/u;

/** Digits of a phone or customer number, however they are grouped. */
const DIGITS = /\d(?:[\s().+/_-]{0,2}\d){5,}/;
const HEXADECIMAL = /(?=[a-f-]*\d)[\da-f-]{16,}/i;
/** What no word looks like: letters among digits, or of both cases. */
const TOKEN = /(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{10,}/i;
const ENCODED = /(?=\w{9})\w*[a-z][A-Z]\w*/;
const MIXED_TOKEN = /(?=[a-z\d_-]*\d)(?=[a-z\d_-]*[a-z])(?=.*[A-Z])[\w-]{16,}/;
const IPV6 = /[\da-f]{0,4}(?::[\da-f]{0,4}){2,}/i;
const MAIL_SIGN = /@|%/;
/** Names of sites have digits among their letters, but not so many of either. */
const LONG_TOKEN = /(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{16,}/i;
const PERSONAL_OF_DOMAINS = [DIGITS, HEXADECIMAL, LONG_TOKEN];
const PERSONAL = [DIGITS, HEXADECIMAL, TOKEN, ENCODED, MIXED_TOKEN, IPV6, MAIL_SIGN];

/** Version numbers and models are full of digits, so that it takes more of them to be somebody's. `.0.0.0` ends versions of browsers. */
const PERSONAL_OF_DEVICES = [
  /[^\s;,()/@%]*[@%][^\s;,()/]*/g,
  /\+?\d(?:[\s()/-]{0,2}\d){8,}/g,
  /(?<![\d.])(?!\d+\.0\.0\.0)\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g,
  new RegExp(IPV6, 'gi'),
  new RegExp(HEXADECIMAL, 'gi'),
  new RegExp(LONG_TOKEN, 'gi'),
];

export function isSmall(number: number): boolean {
  return Math.abs(number) < NUMBER_MAX;
}

/** Does the text look like an address, a number or a token of somebody? Names cannot be told from other words. */
export function isPersonal(text: string): boolean {
  return text.length > WORDS_CHARACTERS_MAX || PERSONAL.some((pattern) => pattern.test(text));
}

/** What a device says of itself, but for what looks like somebody's. @returns undefined for a text too long to be looked at */
export function withoutPersonal(text: string, pseudonyms: Pseudonyms): string | undefined {
  if (text.length > DEVICE_CHARACTERS_MAX) return undefined;
  return PERSONAL_OF_DEVICES.reduce(
    (rest, pattern) => rest.replaceAll(pattern, (found) => pseudonyms.of(found)),
    text,
  );
}

export function isVersion(text: string): boolean {
  return VERSION.test(text) && (parseIp(text) === undefined || text.endsWith('.0.0.0'));
}

export function isDomain(text: string): boolean {
  if (text.length > WORDS_CHARACTERS_MAX || !DOMAIN.test(text) || parseIp(text) !== undefined) return false;
  return !PERSONAL_OF_DOMAINS.some((pattern) => pattern.test(text));
}

/** A TC string. */
export function isConsent(text: string): boolean {
  return text.length <= CONSENT_CHARACTERS_MAX && CONSENT.test(text);
}

/** @param flagsOnly refuses strings that few visitors share */
export function isGpp(text: string, flagsOnly: boolean): boolean {
  if (text.length > CONSENT_CHARACTERS_MAX || !GPP.test(text)) return false;
  return !flagsOnly || text.split('~').every((section) => section.length <= FLAGS_CHARACTERS_MAX);
}
