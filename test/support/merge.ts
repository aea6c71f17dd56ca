export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/**
 * `base` with what `changes` says otherwise: objects are merged key by key, null takes a key away, everything else
 * replaces (RFC 7396).
 */
export function merged(base: Json, changes: Json | undefined): Json {
  if (changes === undefined) return base;
  if (!isObject(base) || !isObject(changes)) return changes;
  const result = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key] ?? {}, value);
  }
  return result;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
