import { REQUEST_FIELDS, type FieldTree } from '../exchange/scan/request-fields.js';
import { FIELD_NAMES } from './field-names.js';
import { isSmall } from './forms.js';
import { isObject, recordedDevice, recordedUser, type Extent } from './person.js';
import type { Pseudonyms } from './pseudonyms.js';
import { recordedText } from './recorded-text.js';

type Json = Readonly<Record<string, unknown>>;

const DEPTH_MAX = 24;
const NOTHING_READ: FieldTree = {};
const NATIVE_REQUESTS = new Set(['request', 'request_native']);
/** Larger ones may be somebody's under a name that nobody knows. */
const UNKNOWN_NUMBER_MAX = 100;

/**
 * What is recorded of a bid request. `user` and `device` are written anew from the fields that are known (./person.ts).
 * Elsewhere the fields that the bidder reads stay, each where it holds what such a field holds (./recorded-text.ts); of all
 * others, and of what stands in their place, texts and numbers give way to pseudonyms of the same shape, so that the body
 * keeps about its size and form. Nothing of the request is changed.
 *
 * @param extent `nothing-personal` where nobody may use anything personal: then not even pseudonyms are left
 */
export function recordedRequest(request: Json, extent: Extent, pseudonyms: Pseudonyms): Json {
  const { device, user, id, ...rest } = request;
  const walker = new Walker(extent, pseudonyms);
  return {
    // It leads to the line of somebody else's log.
    ...(id === undefined ? {} : { id: walker.disguised(id, 0) }),
    ...(walker.kept(rest, REQUEST_FIELDS, '', 0) as Json),
    ...(isObject(device) ? { device: recordedDevice(device, extent, pseudonyms) } : {}),
    ...(isObject(user) ? { user: recordedUser(user, extent, pseudonyms) } : {}),
  };
}

class Walker {
  readonly #extent: Extent;
  readonly #pseudonyms: Pseudonyms;
  readonly #places = new Map<string, number>();

  constructor(extent: Extent, pseudonyms: Pseudonyms) {
    this.#extent = extent;
    this.#pseudonyms = pseudonyms;
  }

  /** A value whose meaning is known. @param name of the field that it stands in */
  kept(value: unknown, tree: FieldTree, name: string, depth: number): unknown {
    if (depth === DEPTH_MAX) return undefined;
    if (Array.isArray(value)) return value.map((entry) => this.kept(entry, tree, name, depth + 1));
    if (isObject(value)) return this.#fields(value, tree, depth);
    if (Object.keys(tree).length > 0)
      return NATIVE_REQUESTS.has(name) && typeof value === 'string'
        ? this.#nativeRequest(value, tree, name, depth)
        : this.disguised(value, depth);
    if (typeof value === 'string') return recordedText(value, name, this.#extent, this.#pseudonyms);
    return typeof value !== 'number' || name === 'id' || isSmall(value)
      ? value
      : this.#pseudonyms.ofNumber(value);
  }

  /** A value that may be anything. */
  disguised(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.#pseudonyms.of(value);
    if (typeof value === 'number')
      return Number.isInteger(value) && Math.abs(value) < UNKNOWN_NUMBER_MAX
        ? value
        : this.#pseudonyms.ofNumber(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth === DEPTH_MAX) return undefined;
    if (Array.isArray(value)) return value.map((entry) => this.disguised(entry, depth + 1));
    return this.#fields(value as Json, NOTHING_READ, depth);
  }

  #fields(fields: Json, tree: FieldTree, depth: number): Json {
    return Object.fromEntries(
      Object.entries(fields).map(([name, value]) => {
        const below = Object.hasOwn(tree, name) ? tree[name] : undefined;
        if (below === undefined) return [this.#name(name), this.disguised(value, depth + 1)];
        const isPlace = name === 'podid' || (name === 'id' && tree === REQUEST_FIELDS['imp']);
        return [name, isPlace ? this.#place(value) : this.kept(value, below, name, depth + 1)];
      }),
    );
  }

  #name(name: string): string {
    if (FIELD_NAMES.has(name)) return name;
    const told = this.#pseudonyms.of(name);
    return FIELD_NAMES.has(told) ? `${told}_` : told;
  }

  /** Ids that only tell the parts of one request from each other are counted through: equal ones stay equal. */
  #place(id: unknown): unknown {
    if (id === '' || (typeof id !== 'string' && typeof id !== 'number')) return this.disguised(id, DEPTH_MAX);
    const place = this.#places.get(String(id)) ?? this.#places.size + 1;
    this.#places.set(String(id), place);
    return typeof id === 'string' ? String(place) : place;
  }

  /** JSON as text, or as text once more; what is none is left out. */
  #nativeRequest(text: string, tree: FieldTree, name: string, depth: number): string | undefined {
    try {
      return JSON.stringify(this.kept(JSON.parse(text), tree, name, depth + 1));
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
  }
}
