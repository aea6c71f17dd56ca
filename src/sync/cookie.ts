/** The value that a visitor's cookie has who wants none. */
export const OPTED_OUT = 'optout';

const NAME = 'nc';
/** As long as the link of an exchange's user id lives by default. */
const ID_SECONDS = 180 * 24 * 60 * 60;
/** The longest that browsers keep a cookie. */
const OPTED_OUT_SECONDS = 400 * 24 * 60 * 60;
const ID = /^[\w-]{1,64}$/;
const HEADER_CHARACTERS_MAX = 8_192;

/** @returns the value of our cookie; undefined when there is none, or one that we never set */
export function readCookie(header: string): string | undefined {
  for (const pair of header.slice(0, HEADER_CHARACTERS_MAX).split(';')) {
    const equals = pair.indexOf('=');
    if (equals < 0 || pair.slice(0, equals).trim() !== NAME) continue;
    const value = pair.slice(equals + 1).trim();
    return ID.test(value) ? value : undefined;
  }
  return undefined;
}

/**
 * The `Set-Cookie` header of an id, or of OPTED_OUT. It must be sent from pages of others (`SameSite=None`), which browsers
 * take only with `Secure`; no script may read it.
 */
export function cookieHeader(value: string): string {
  const seconds = value === OPTED_OUT ? OPTED_OUT_SECONDS : ID_SECONDS;
  return `${NAME}=${value}; Path=/; Max-Age=${seconds}; Secure; HttpOnly; SameSite=None`;
}
