import { isPlainText } from '../lib/plain-text.js';

/**
 * A text as JSON, quotes included, that also survives being pasted into a script or a page: `</` is written `<\/`, and
 * the two line ends that old JavaScript forbids within strings are written as escapes. Lone surrogates become escapes
 * too, so that the result is always valid UTF-8.
 */
export function jsonText(text: string): string {
  return isPlainText(text) ? `"${text}"` : escaped(text);
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
