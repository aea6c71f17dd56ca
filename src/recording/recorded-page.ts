import { isDomain, isPersonal } from './forms.js';
import type { Pseudonyms } from './pseudonyms.js';

const SCHEME = /^[a-z][a-z\d+.-]*:/i;
/** Of a part of a path: what stands behind these is a parameter. */
const PARAMETER = /[=&:]/;
const CHARACTERS_MAX = 4_096;

/**
 * The address of a page: scheme, host and path, whose parts give way to others of the same shape where they look like
 * somebody's. Credentials, port, parameters, query and fragment are left out.
 *
 * @param withPath false leaves the host alone
 * @returns undefined for what is no page of the web
 */
export function recordedPage(text: string, withPath: boolean, pseudonyms: Pseudonyms): string | undefined {
  if (text.length > CHARACTERS_MAX) return undefined;
  const hasScheme = SCHEME.test(text);
  const address = hasScheme ? text : `http://${text}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || !isDomain(url.hostname)) return undefined;
  const path = withPath ? url.pathname.split('/').map((part) => recordedPart(part, pseudonyms)) : ['', ''];
  return `${hasScheme ? `${url.protocol}//` : ''}${url.hostname}${path.join('/')}`;
}

function recordedPart(part: string, pseudonyms: Pseudonyms): string {
  const [name = ''] = part.split(';', 1);
  const words = decoded(name);
  if (words !== undefined && !PARAMETER.test(words) && !isPersonal(words)) return name;
  return pseudonyms.of(name.replaceAll(/\W+/g, '-'));
}

/** @returns undefined for what is encoded as nothing that can be looked at */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
