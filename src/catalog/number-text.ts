/** Money as people write it: an optional sign or code of a currency on either side of digits, points and commas. */
const AMOUNT = /^(?:\p{Sc}|[A-Z]{3})?\s*(-?\d[\d.,]*)\s*(?:\p{Sc}|[A-Z]{3})?$/u;

/** How digits are written, and what of that is no part of a number. The first that fits tells. */
const WAYS: readonly { readonly pattern: RegExp; readonly thousands: string; readonly decimal: string }[] = [
  { pattern: /^-?\d+(\.\d+)?$/, thousands: '', decimal: '.' },
  { pattern: /^-?\d{1,3}(,\d{3})+(\.\d+)?$/, thousands: ',', decimal: '.' },
  { pattern: /^-?(\d+|\d{1,3}(\.\d{3})+),\d+$/, thousands: '.', decimal: ',' },
  { pattern: /^-?\d{1,3}(\.\d{3}){2,}$/, thousands: '.', decimal: ',' },
];

/**
 * The number that an amount means, as JSON writes it: `3,2` is `3.2`, `200,000` is `200000`, `1.234,50` is `1234.50`,
 * `$3.20` is `3.20`. A comma before three last digits, as in `3,200`, counts as thousands.
 *
 * @returns undefined when the text is no amount
 */
export function numberMeant(text: string): string | undefined {
  const digits = AMOUNT.exec(text.trim())?.[1] ?? '';
  const way = WAYS.find(({ pattern }) => pattern.test(digits));
  if (!way) return undefined;
  const plain = way.thousands === '' ? digits : digits.replaceAll(way.thousands, '');
  return plain.replace(way.decimal, '.').replace(/^(-?)0+(?=\d)/, '$1');
}
