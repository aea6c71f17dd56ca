/** RFC 3492 §5: the parameters of Punycode for host names. */
const BASE = 36;
const DIGIT_MIN = 1;
const DIGIT_MAX = 26;
const SKEW = 38;
const DAMP = 700;
const BIAS_FIRST = 72;
const CODE_FIRST = 0x80;
const CODE_MAX = 0x10_ffff;
const PREFIX = 'xn--';

/**
 * A host name as people write it: `xn--bcher-kva.example` is `bücher.example`. Labels that are no Punycode stay.
 *
 * @param host lower case
 */
export function unicodeHost(host: string): string {
  if (!host.includes(PREFIX)) return host;
  return host
    .split('.')
    .map((label) => (label.startsWith(PREFIX) ? (decoded(label.slice(PREFIX.length)) ?? label) : label))
    .join('.');
}

/** RFC 3492 §6.2. @returns undefined for what is no Punycode */
function decoded(text: string): string | undefined {
  const basicEnd = Math.max(0, text.lastIndexOf('-'));
  const codes = Array.from(text.slice(0, basicEnd), (character) => character.charCodeAt(0));
  let code = CODE_FIRST;
  let bias = BIAS_FIRST;
  let position = 0;
  for (let i = basicEnd === 0 ? 0 : basicEnd + 1; i < text.length;) {
    const before = position;
    let weight = 1;
    for (let step = BASE; ; step += BASE) {
      const digit = i < text.length ? digitOf(text.charCodeAt(i++)) : -1;
      if (digit < 0) return undefined;
      position += digit * weight;
      const threshold = Math.min(DIGIT_MAX, Math.max(DIGIT_MIN, step - bias));
      if (digit < threshold) break;
      weight *= BASE - threshold;
    }
    const count = codes.length + 1;
    bias = adapted(position - before, count, before === 0);
    code += Math.floor(position / count);
    if (!Number.isSafeInteger(position) || code > CODE_MAX) return undefined;
    position %= count;
    codes.splice(position++, 0, code);
  }
  return String.fromCodePoint(...codes);
}

/** RFC 3492 §6.1 */
function adapted(delta: number, count: number, isFirst: boolean): number {
  let rest = Math.floor(delta / (isFirst ? DAMP : 2));
  rest += Math.floor(rest / count);
  let bias = 0;
  while (rest > ((BASE - DIGIT_MIN) * DIGIT_MAX) / 2) {
    rest = Math.floor(rest / (BASE - DIGIT_MIN));
    bias += BASE;
  }
  return bias + Math.floor(((BASE - DIGIT_MIN + 1) * rest) / (rest + SKEW));
}

/** a to z are 0 to 25, 0 to 9 are 26 to 35. @returns -1 for anything else */
function digitOf(code: number): number {
  if (code >= 0x61 && code <= 0x7a) return code - 0x61;
  return code >= 0x30 && code <= 0x39 ? code - 0x30 + 26 : -1;
}
