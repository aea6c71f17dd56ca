import { z } from 'zod';
import { PLAIN_PRICE, type PriceSettings } from '../../domain/catalog.js';
import { addSays, group, ruleOverNames, text } from './fields.js';

/** It goes into links, HTML attributes and JSON as it stands. */
const MACRO = /^(?:\$\{[A-Z][A-Za-z0-9_:]{0,60}\}|%%[A-Z][A-Z_]{0,60}%%)$/;
const VARIABLE = /^[A-Z][A-Z0-9_]{0,99}$/;
const KEY_TEXT = /^[\w+/-]+={0,2}$/;
const KEY_BYTES = { min: 16, max: 64 };

/**
 * A key is never in a file, only the name of the variable in the environment that holds it: files are copied, kept and shown.
 * What is wrong is told without what stands there, since that may be the key itself.
 */
function keyFrom(example: string) {
  return z
    .unknown()
    .meta({ type: 'string' })
    .transform((name, context): KeyOrProblem => {
      if (typeof name === 'string' && VARIABLE.test(name)) return keyIn(name, example);
      addSays(context, namedWrongly(example));
      return z.NEVER;
    });
}

/** The key, or what is wrong with the variable: only an exchange that is in use needs its keys, so its file decides. */
type KeyOrProblem = (() => Uint8Array) | string;

const namedWrongly = (example: string): string =>
  `must be the name of a variable in the environment, such as "${example}", and not the key itself`;

function keyIn(variable: string, example: string): KeyOrProblem {
  const value = process.env[variable]?.trim() ?? '';
  if (value === '') return `names the variable ${variable}, which is not set; set it, such as ${example}=…`;
  const bytes = Buffer.from(value, 'base64');
  const isKey = KEY_TEXT.test(value) && bytes.length >= KEY_BYTES.min && bytes.length <= KEY_BYTES.max;
  return isKey
    ? () => bytes
    : `names the variable ${variable}, which holds no key: ${KEY_BYTES.min} to ${KEY_BYTES.max} bytes in base64`;
}

const KEYS = ['encryptionKeyFrom', 'integrityKeyFrom'] as const;

export const priceGroup = group('how prices are told, in braces: { "macro": "${AUCTION_PRICE}", … }', {
  macro: text(
    'the macro that it replaces by the price, such as "${AUCTION_PRICE}" or "${AUCTION_PRICE:B64}"',
    {
      pattern: MACRO,
    },
  )
    .default(PLAIN_PRICE.macro)
    .describe('What it replaces by the price. With :B64 a price in plain text is taken to be in base64.'),
  unit: z
    .enum(['units', 'micros'])
    .optional()
    .describe(
      'Whole currency units such as 3.2, or millionths such as 3200000. Left out: units in plain text, micros with a cipher.',
    ),
  cipher: z
    .enum(['hmac-xor'])
    .optional()
    .describe('How prices are encrypted: "hmac-xor" is the way of Google, Index Exchange and OpenX.'),
  encryptionKeyFrom: keyFrom('ADX_ENCRYPTION_KEY')
    .optional()
    .describe('Name of the environment variable that holds the encryption key, in base64.'),
  integrityKeyFrom: keyFrom('ADX_INTEGRITY_KEY')
    .optional()
    .describe('Name of the environment variable that holds the integrity key, in base64.'),
}).check(
  ruleOverNames((has) => {
    const given = KEYS.filter(has);
    if (has('cipher') && given.length < KEYS.length)
      return 'needs "encryptionKeyFrom" and "integrityKeyFrom" with a cipher';
    return !has('cipher') && given.length > 0 ? 'needs "cipher": "hmac-xor" when it has keys' : undefined;
  }),
);

export function priceOf(given: z.output<typeof priceGroup>): PriceSettings {
  const { macro, unit, encryptionKeyFrom: encryption, integrityKeyFrom: integrity } = given;
  const cipher =
    typeof encryption === 'function' && typeof integrity === 'function'
      ? { encryption, integrity }
      : undefined;
  return { macro, unit: unit ?? (cipher ? 'micros' : 'units'), cipher };
}

/** Reports keys that cannot be used, as problems of the exchange's file. */
export function reportMissingKeys(given: z.output<typeof priceGroup>, context: z.RefinementCtx): void {
  for (const key of KEYS) {
    const found = given[key];
    if (typeof found === 'string') addSays(context, found, ['price', key]);
  }
}
