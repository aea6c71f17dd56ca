/*
 * The parameters of notices and conversions, as exchanges and advertisers send them. `URLSearchParams` would make a space of
 * the `+` in base64 and in exponents, and this is short.
 */

/** Every value of a parameter, decoded; what is wrongly encoded stays as it came. */
function valuesOf(query: string, name: string): readonly string[] {
  const values: string[] = [];
  for (const part of query.split('&')) {
    if (!part.startsWith(name) || (part.length > name.length && part[name.length] !== '=')) continue;
    values.push(decoded(part.slice(name.length + 1)).trim());
  }
  return values;
}

/** @returns the value of a parameter, empty when it is not there; undefined when it has several different ones */
export function parameterOf(query: string, name: string): string | undefined {
  const values = valuesOf(query, name);
  const [first = ''] = values;
  return values.every((value) => value === first) ? first : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Twenty digits on each side and an exponent of two: whatever a number prints as, and nothing that takes time to read. */
const DECIMAL = /^-?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][+-]?\d{1,2})?$/;

/** @returns undefined for what is no decimal number; hexadecimal forms, commas, signs of currencies, `Infinity` and `NaN` are none */
export function decimalOf(text: string): number | undefined {
  return DECIMAL.test(text) ? Number(text) : undefined;
}

/** A macro that nobody replaced: OpenRTB's `${…}`, Google's `%%…%%`, or either of them encoded once more. */
export function isUnreplaced(text: string): boolean {
  return /^(?:\$|%24)(?:\{|%7B)/i.test(text) || /^%(?:25)?%/.test(text);
}
