/**
 * Does a US Privacy String opt out of sale? IAB US Privacy String 1.0: `1`, notice, opt-out of sale, LSPA; `1---` = the law
 * does not apply. What is malformed counts as an opt-out (rule 47).
 */
export function usPrivacyOptsOut(text: string): boolean {
  if (text.length !== 4 || text[0] !== '1') return true;
  for (let i = 1; i < 4; i++) {
    if (!'YNyn-'.includes(text[i] as string)) return true;
  }
  return text[2] === 'Y' || text[2] === 'y';
}
