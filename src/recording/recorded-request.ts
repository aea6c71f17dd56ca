import { EXTENSION_NAMES, FIELD_NAMES } from './field-names.js';
import { isObject, recordedDevice, recordedUser, type Extent } from './person.js';
import type { Pseudonyms } from './pseudonyms.js';

type Json = Readonly<Record<string, unknown>>;

const DEPTH_MAX = 24;
/** Names of a request and what stands for it elsewhere: they lead to the line of somebody else's log. */
const REQUEST_IDS = new Set(['tid', 'rid']);
const ADDRESSES = new Set(['page', 'ref', 'url', 'storeurl']);
const NATIVE_REQUESTS = new Set(['request', 'request_native']);
const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\//i;
/** Parts of a path that may be somebody's: with an @, or an id by its looks. */
const PERSONAL_PART = /@|%40|^[0-9a-f-]{16,}$/i;
/** A name that a programmer gave, and no id. */
const PLAIN_KEY = /^[a-z_][a-z_-]{0,39}\d{0,2}$/i;
/** Smaller numbers are amounts, codes and flags. */
const ID_NUMBER_MIN = 1_000_000;
/** Coordinates are nowhere told more precisely than to a kilometre. */
const DECIMALS_FACTOR = 100;

/**
 * What is recorded of a bid request. `user`, `device` and their places are written anew from the fields that are known
 * (./person.ts). Elsewhere fields of the specification stay, addresses of pages without query and fragment; under
 * any other name, and in extensions, texts and long numbers give way to pseudonyms of the same shape, so that the body keeps
 * its size and form. Nothing of the request is changed.
 *
 * @param extent `nothing-personal` where nobody may use anything personal: then not even pseudonyms are left
 */
export function recordedRequest(request: Json, extent: Extent, pseudonyms: Pseudonyms): Json {
  const { device, user, id, ...rest } = request;
  const walker = new Walker(pseudonyms);
  return {
    ...(id === undefined ? {} : { id: walker.disguised(id, 0) }),
    ...(walker.kept(rest, '', 0) as Json),
    ...(isObject(device) ? { device: recordedDevice(device, extent, pseudonyms) } : {}),
    ...(isObject(user) ? { user: recordedUser(user, extent, pseudonyms) } : {}),
  };
}

class Walker {
  readonly #pseudonyms: Pseudonyms;

  constructor(pseudonyms: Pseudonyms) {
    this.#pseudonyms = pseudonyms;
  }

  /** A value whose meaning is known. @param name of the field that it stands in */
  kept(value: unknown, name: string, depth: number): unknown {
    if (typeof value === 'string') return this.#text(value, name, depth);
    if (typeof value !== 'object' || value === null) return value;
    if (depth === DEPTH_MAX) return undefined;
    if (Array.isArray(value)) return value.map((entry) => this.kept(entry, name, depth + 1));
    return this.#object(value as Json, FIELD_NAMES, depth);
  }

  /** A value that may be anything. */
  disguised(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.#pseudonyms.of(value);
    if (typeof value === 'number') return this.#number(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth === DEPTH_MAX) return undefined;
    if (Array.isArray(value)) return value.map((entry) => this.disguised(entry, depth + 1));
    return this.#object(value as Json, EXTENSION_NAMES, depth);
  }

  #object(fields: Json, known: ReadonlySet<string>, depth: number): Json {
    return Object.fromEntries(
      Object.entries(fields).map(([name, value]) => {
        if (name !== 'ext' && known.has(name)) return [name, this.kept(value, name, depth + 1)];
        const told = PLAIN_KEY.test(name) ? name : this.#pseudonyms.of(name);
        return [told, this.disguised(value, depth + 1)];
      }),
    );
  }

  #text(text: string, name: string, depth: number): string | undefined {
    if (REQUEST_IDS.has(name)) return this.#pseudonyms.of(text);
    if (NATIVE_REQUESTS.has(name)) return this.#nativeRequest(text, name, depth);
    return ADDRESSES.has(name) || ADDRESS.test(text) ? this.#address(text) : text;
  }

  /** JSON as text, or as text once more; what is none is left out. */
  #nativeRequest(text: string, name: string, depth: number): string | undefined {
    try {
      return JSON.stringify(depth < DEPTH_MAX ? this.kept(JSON.parse(text), name, depth + 1) : undefined);
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  /** Without query, fragment, parameters and credentials. */
  #address(text: string): string {
    const [address = ''] = text.split(/[?#;]/, 1);
    const scheme = ADDRESS.exec(address)?.[0] ?? '';
    const [first = '', ...path] = address.slice(scheme.length).split('/');
    const host = scheme === '' ? first : first.slice(first.lastIndexOf('@') + 1);
    const parts = path.map((part) => (PERSONAL_PART.test(part) ? this.#pseudonyms.of(part) : part));
    return scheme + [host, ...parts].join('/');
  }

  #number(number: number): number {
    if (!Number.isInteger(number)) return Math.round(number * DECIMALS_FACTOR) / DECIMALS_FACTOR;
    return Math.abs(number) < ID_NUMBER_MIN ? number : this.#pseudonyms.ofNumber(number);
  }
}
