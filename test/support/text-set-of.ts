import { doAll } from '../../src/lib/steps.js';
import { TextSetBuilder, type TextSet } from '../../src/lib/text-set.js';

export function textSetOf(texts: Iterable<string>): TextSet {
  const builder = new TextSetBuilder();
  for (const text of texts) builder.add(text);
  return doAll(builder.finish());
}
