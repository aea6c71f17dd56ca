import { describe, expect, it } from 'vitest';
import { usPrivacyOptsOut } from './us-privacy.js';

describe('a US Privacy String', () => {
  it.each(['', '1', '1YN', '1YNNN', '2YNN', '1Y?N', '1YNN ', 'null', '1YYN', '1yyn', '1NYY'])(
    '%j opts out',
    (text) => {
      expect(usPrivacyOptsOut(text)).toBe(true);
    },
  );

  it.each(['1---', '1YNN', '1NNY', '1YN-', '1yn-'])('%j does not opt out', (text) => {
    expect(usPrivacyOptsOut(text)).toBe(false);
  });
});
