/**
 * Reading JSON of others for the response checker: as tolerant as the rule book asks for, and on purpose nothing of
 * the decoder's, so that a mistake of one is not repeated by the other.
 */

export type Fields = Readonly<Record<string, unknown>>;

export function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function list(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as readonly unknown[]) : [value];
}

export function text(value: unknown): string | undefined {
  if (typeof value === 'number') return `${value}`;
  return typeof value === 'string' && value.length > 0 ? value : undefined;
}

export function number(value: unknown): number | undefined {
  const known = text(value);
  return known === undefined || Number.isNaN(Number(known)) ? undefined : Number(known);
}

export function flag(value: unknown): boolean {
  return value === true || value === 'true' || (number(value) ?? 0) !== 0;
}

export function texts(value: unknown): readonly string[] {
  return list(value).flatMap((entry) => text(entry) ?? []);
}

/** An allow list; null when it says nothing. One that is there is kept even if nothing in it is a text. */
export function allowList(value: unknown): readonly string[] | null {
  if (value === '' || list(value).length === 0) return null;
  return texts(value).map((entry) => entry.trim());
}

/** Domains of a list, however they are written. */
export function domains(value: unknown): readonly string[] {
  return lowerTexts(value)
    .flatMap((entry) => entry.split(','))
    .map((entry) => entry.trim().replace(/^[a-z-]*:\/\//, ''))
    .map((entry) => (entry.split(/[/:?#]/)[0] ?? '').replace(/^[*.]+/, '').replace(/\.$/, ''))
    .map((entry) => (/^www\.[^.]+\./.test(entry) ? entry.slice(4) : entry))
    .filter((entry) => entry !== '');
}

export function lowerTexts(value: unknown): readonly string[] {
  return texts(value).map((entry) => entry.trim().toLowerCase());
}

export function numbers(value: unknown): readonly number[] {
  return list(value).flatMap((entry) => number(entry) ?? []);
}
