const FIRST_PRINTABLE = 0x20;
const LAST_ASCII_PRINTABLE = 0x7e;
const QUOTE = 0x22;
const LESS_THAN = 0x3c;
const BACKSLASH = 0x5c;

/**
 * A text as JSON, quotes included, that also survives being pasted into a script or a page: `</` is written `<\/`, and
 * the two line ends that old JavaScript forbids within strings are written as escapes. Lone surrogates become escapes
 * too, so that the result is always valid UTF-8.
 */
export function jsonText(text: string): string {
  return isPlain(text) ? `"${text}"` : escaped(text);
}

/** @returns the JSON of a list of texts */
export function jsonTexts(texts: readonly string[]): string {
  return `[${texts.map(jsonText).join(',')}]`;
}

function escaped(text: string): string {
  return scriptSafe(JSON.stringify(text));
}

/** JSON that says the same and survives being pasted into a script or a page, as `jsonText` does. */
export function scriptSafe(json: string): string {
  return json.replaceAll('</', '<\\/').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

/** Ids nearly always are: the scan takes a fraction of what `JSON.stringify` and the replacements do. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < FIRST_PRINTABLE || code > LAST_ASCII_PRINTABLE) return false;
    if (code === QUOTE || code === BACKSLASH || code === LESS_THAN) return false;
  }
  return true;
}
