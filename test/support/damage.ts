import { integerBetween, pick, type Random } from '../../src/lib/prng.js';

const TOKENS = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ',',
  ':',
  '\\',
  '\\"',
  '\\u0041',
  '\\ud83d',
  '\\x',
  '0',
  '-',
  '-0',
  '1e5',
  '1E-400',
  '.5',
  '00',
  '9007199254740993',
  '123456789',
  '1234567890',
  'true',
  'false',
  'null',
  'nul',
  '""',
  '[]',
  '{}',
  '[[]]',
  ' ',
  '\t',
  '\n',
  '\u0000',
  '\u001f',
  '\u007f',
  'é',
  '中',
  '😀',
  '\u2028',
  '"id"',
  '"\\u0069d":"x",',
  '"imp":',
  '"bidfloor":"1",',
  '"w":-1,',
  '"ext":null,',
  '"__proto__":{},',
  '"app":{},',
  '"bcat":["a","b\\/c"],',
  '1,2,3,4,5,6,7,8,9,10,11,12',
  '1,02,3',
].map((token) => Buffer.from(token));
const BROKEN_UTF8 = [[0xc3], [0xe4, 0xb8], [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80]].map((bytes) =>
  Buffer.from(bytes),
);
const DAMAGES_MAX = 4;
const RANGE_MAX = 40;

/** One of the bodies with up to four damages: bytes changed, tokens put in, and ranges left out, repeated or taken from another. */
export function damage(bodies: readonly Buffer[], random: Random): Buffer {
  let body = pick(random, bodies);
  for (let left = integerBetween(random, 1, DAMAGES_MAX); left > 0; left--) {
    body = damagedOnce(body, pick(random, bodies), random);
  }
  return body;
}

function damagedOnce(body: Buffer, other: Buffer, random: Random): Buffer {
  const start = integerBetween(random, 0, body.length);
  const end = Math.min(body.length, start + integerBetween(random, 0, RANGE_MAX));
  const before = body.subarray(0, start);
  switch (integerBetween(random, 0, 14)) {
    case 0:
      return Buffer.concat([before, Buffer.from([integerBetween(random, 0, 255)]), body.subarray(start + 1)]);
    case 1:
      return Buffer.concat([before, pick(random, TOKENS), body.subarray(start)]);
    case 2:
      return Buffer.concat([before, pick(random, TOKENS), body.subarray(end)]);
    case 3:
      return Buffer.concat([before, body.subarray(end)]);
    case 4:
      return Buffer.concat([body.subarray(0, end), body.subarray(start)]);
    case 5: {
      const from = integerBetween(random, 0, other.length);
      return Buffer.concat([before, other.subarray(from, from + (end - start)), body.subarray(end)]);
    }
    default:
      return random() < 0.9
        ? structurallyDamaged(body, random)
        : Buffer.concat([before, pick(random, BROKEN_UTF8), body.subarray(start)]);
  }
}

/** A whole value in place of another, so that the body often stays JSON. */
function structurallyDamaged(body: Buffer, random: Random): Buffer {
  const text = body.toString('latin1');
  const values = [...text.matchAll(/[:,[]("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|\[\]|\{\})/g)];
  if (values.length === 0) return body;
  const target = pick(random, values);
  const start = target.index + 1;
  const value =
    random() < 0.5 ? (pick(random, values)[1] as string) : pick(random, TOKENS).toString('latin1');
  return Buffer.from(
    text.slice(0, start) + value + text.slice(start + (target[1] as string).length),
    'latin1',
  );
}
