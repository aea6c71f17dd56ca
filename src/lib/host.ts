/** User, host and port together; the scan ends here whatever is sent. */
const AUTHORITY_CHARACTERS_MAX = 512;

/** The longest name that DNS knows. */
const HOST_CHARACTERS_MAX = 253;

/**
 * The host of a URL, or of what exchanges send in place of a domain: without scheme, user, port, path and final dot,
 * in lower case. A scan instead of `new URL`, which takes microseconds and throws.
 *
 * @returns undefined when no host is left, or one too long to be a name
 */
export function hostOf(text: string): string | undefined {
  const start = startOfAuthority(text);
  const authority = text.slice(start, endOfAuthority(text, start)).trim();
  const host = withoutPort(authority.slice(authority.lastIndexOf('@') + 1));
  const name = host.endsWith('.') ? host.slice(0, -1) : host;
  return name === '' || name.length > HOST_CHARACTERS_MAX ? undefined : name.toLowerCase();
}

const HASH = 0x23;
const STAR = 0x2a;
const DASH = 0x2d;
const SLASH = 0x2f;
const QUESTION_MARK = 0x3f;
const BACKSLASH = 0x5c;
const DOT = 0x2e;

/**
 * A domain of an exchange's block or allow list, lower case: without what people put around it, be it a whole address, a
 * wildcard, `www.` or a final dot. `www.com` stays, or it would be taken for every address there is under `com`.
 *
 * @returns undefined when no domain is left
 */
export function listedDomain(text: string): string | undefined {
  const domain = withoutPrefix(text.toLowerCase());
  return isPlainDomain(domain) ? domain : withoutPrefix(hostOf(text) ?? '') || undefined;
}

/** Stars and dots in front say the same as nothing, since a domain stands for its subdomains. */
function withoutPrefix(domain: string): string {
  let start = 0;
  while (domain.charCodeAt(start) === STAR || domain.charCodeAt(start) === DOT) start++;
  const isAddress = domain.startsWith('www.', start) && domain.includes('.', start + 'www.'.length);
  return domain.slice(isAddress ? start + 'www.'.length : start);
}

/** @returns true for what most lists hold: a domain of which `listedDomain` takes nothing away */
export function isPlainDomain(text: string): boolean {
  if (text === '' || text.length > HOST_CHARACTERS_MAX || text.startsWith('www.')) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const isLetter = code >= 0x61 && code <= 0x7a;
    const isDigit = code >= 0x30 && code <= 0x39;
    if (!isLetter && !isDigit && code !== DASH && (code !== DOT || i === 0)) return false;
  }
  return text.charCodeAt(text.length - 1) !== DOT;
}

/** A scheme ends at the first slash there is, and that one is doubled; `://` further on belongs to a parameter. */
function startOfAuthority(text: string): number {
  const slash = endOfAuthority(text, 0);
  const follows = slash === 0 || text.charAt(slash - 1) === ':';
  return follows && text.startsWith('//', slash) ? slash + 2 : 0;
}

function endOfAuthority(text: string, start: number): number {
  const end = Math.min(text.length, start + AUTHORITY_CHARACTERS_MAX);
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === SLASH || code === QUESTION_MARK || code === HASH || code === BACKSLASH) return i;
  }
  return end;
}

/** The colons of an IPv6 address stand in brackets and are no ports. */
function withoutPort(host: string): string {
  const colon = host.indexOf(':', host.startsWith('[') ? Math.max(0, host.indexOf(']')) : 0);
  return colon < 0 ? host : host.slice(0, colon);
}
