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

/** What most lists hold: nothing to be taken away. `www.` and the length are asked for besides. */
const PLAIN_DOMAIN = /^[a-z0-9_][a-z0-9_.-]*[a-z0-9_]$/;

/** Stars and dots in front say the same as nothing, since a domain stands for its subdomains. */
const WILDCARDS = /^[*.]+/;

/**
 * A domain of an exchange's block or allow list, lower case: without what people put around it, be it a whole address, a
 * wildcard, `www.` or a final dot. `www.com` stays, or it would be taken for every address there is under `com`.
 *
 * @returns undefined when no domain is left
 */
export function listedDomain(text: string): string | undefined {
  if (PLAIN_DOMAIN.test(text) && !text.startsWith('www.') && text.length <= HOST_CHARACTERS_MAX) return text;
  const domain = (hostOf(text.trim()) ?? '').replace(WILDCARDS, '');
  if (domain === '') return undefined;
  return domain.startsWith('www.') && domain.includes('.', 'www.'.length)
    ? domain.slice('www.'.length)
    : domain;
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
    if ('/?#\\'.includes(text.charAt(i))) return i;
  }
  return end;
}

/** The colons of an IPv6 address stand in brackets and are no ports. */
function withoutPort(host: string): string {
  const colon = host.indexOf(':', host.startsWith('[') ? Math.max(0, host.indexOf(']')) : 0);
  return colon < 0 ? host : host.slice(0, colon);
}
