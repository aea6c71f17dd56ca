import { parsed, text } from './fields.js';

/** Rule 57: exchanges read at most so much of an advertiser's domain. */
const DOMAIN_CHARACTERS_MAX = 128;
const DOMAIN = /^(?=.{3,128}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{1,59})$/;
const URL_CHARACTERS_MAX = 1_000;
const DOMAIN_EXPECTED = 'a domain without https:// and without a path, such as "acme.example"';

/** A domain in lower case. */
export const domainName = parsed(
  text(DOMAIN_EXPECTED, { charactersMax: DOMAIN_CHARACTERS_MAX }),
  DOMAIN_EXPECTED,
  parseDomain,
  guessDomain,
);

function parseDomain(found: string): string | undefined {
  const domain = found.trim().toLowerCase();
  return DOMAIN.test(domain) ? domain : undefined;
}

function guessDomain(found: string): string | undefined {
  const bare = found
    .trim()
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .replace(/^\*?\./, '')
    .replace(/[/:?#].*$/, '')
    .replace(/\.$/, '');
  return parseDomain(bare);
}

/** An absolute http(s) address, as written. Anything else (`javascript:`, `data:`, relative ones) is refused. */
export function webAddress(expected: string) {
  return parsed(
    text(expected, { charactersMax: URL_CHARACTERS_MAX }),
    expected,
    parseWebAddress,
    guessWebAddress,
  );
}

/** A web address in which `macro` may stand for what is put in later, anywhere behind the host. */
export function webAddressWith(macro: string, expected: string) {
  return parsed(
    text(expected, { charactersMax: URL_CHARACTERS_MAX }),
    expected,
    (found) => {
      const [one, other] = ['a', 'b'].map((letter) => parseWebAddress(found.replaceAll(macro, letter)));
      if (one === undefined || other === undefined) return undefined;
      return new URL(one).host === new URL(other).host ? found : undefined;
    },
    guessWebAddress,
  );
}

/** An https address in which `macro` stands for what is put in later. */
export function webTemplate(expected: string, macro: string) {
  return parsed(text(expected, { charactersMax: URL_CHARACTERS_MAX }), expected, (found) => {
    const isTemplate = found.startsWith('https://') && found.includes(macro);
    return isTemplate && parseWebAddress(found.replaceAll(macro, 'id')) !== undefined ? found : undefined;
  });
}

function parseWebAddress(found: string): string | undefined {
  if (/[\s"'<>\\^`{|}]/.test(found) || !URL.canParse(found)) return undefined;
  const { protocol, hostname, username, password } = new URL(found);
  const isWeb = /^https?:\/\//i.test(found) && (protocol === 'https:' || protocol === 'http:');
  return isWeb && hostname !== '' && username === '' && password === '' ? found : undefined;
}

function guessWebAddress(found: string): string | undefined {
  return /^[\w-]+(\.[\w-]+)+(\/|$)/.test(found) ? `https://${found}` : undefined;
}
