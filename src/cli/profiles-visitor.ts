import type { ProfileStore } from '../domain/ports.js';
import { keyInWords, recordAsData, recordInWords } from '../profile/describe-visitor.js';
import {
  eraseVisitor,
  exportLines,
  findRecords,
  visitorKey,
  visitorKeys,
  type VisitorName,
} from '../profile/visitor-records.js';
import { countText, type Output } from './output.js';
import { writePrivateFile } from './private-file.js';
import { styleFor } from './style.js';

const EXIT_NOTHING_KNOWN = 1;
const EXIT_SOMETHING_LEFT = 1;

/** Shows what is known of a visitor. @returns the exit code. @throws FieldProblem */
export async function getCommand(
  store: ProfileStore,
  name: VisitorName,
  output: Output,
  { json, nowMs }: { json: boolean; nowMs: number },
): Promise<number> {
  const keys = visitorKeys(name);
  const records = await findRecords(store, keys);
  const style = styleFor(output);
  if (json) {
    output.write(`${JSON.stringify({ records: records.map(recordAsData) }, null, 2)}\n`);
  } else if (records.length === 0) {
    output.write(`Nothing is known of ${keys.map(keyInWords).join(', ')}.\n`);
  } else {
    for (const { key, stored } of records) {
      const facts = recordInWords(stored, nowMs).map(([about, says]) => `  ${about.padEnd(10)} ${says}\n`);
      output.write(`${style.strong(keyInWords(key))}\n${facts.join('')}`);
    }
    const others = keys.filter((key) => !records.some((record) => record.key === key));
    if (others.length > 0) output.write(`Nothing under ${others.map(keyInWords).join(', ')}.\n`);
  }
  return records.length === 0 ? EXIT_NOTHING_KNOWN : 0;
}

/** Erases a visitor and proves it. @returns the exit code. @throws FieldProblem */
export async function deleteCommand(store: ProfileStore, name: VisitorName, output: Output): Promise<number> {
  const key = visitorKey(name);
  const { erased, left } = await eraseVisitor(store, key);
  const style = styleFor(output);
  const done =
    erased === 0 ? `Nothing was known of ${keyInWords(key)};` : `${countText(erased, 'record')} erased;`;
  if (left > 0) {
    output.write(`${done} ${style.bad(`${countText(left, 'record')} still there`)}: delete again.\n`);
    return EXIT_SOMETHING_LEFT;
  }
  output.write(`${done} ${style.good('nothing is left')}.\n`);
  const wider = await findRecords(store, visitorKeys(name));
  for (const record of wider) {
    const network = keyInWords(record.key);
    output.write(`The ${network} is known too; it is not this visitor's alone and was left.\n`);
  }
  return 0;
}

/** Writes a visitor's profiles as lines that can be loaded. @returns the exit code. @throws FieldProblem */
export async function exportCommand(
  store: ProfileStore,
  name: VisitorName,
  output: { readonly stdout: Output; readonly stderr: Output },
  file: string | undefined,
): Promise<number> {
  const lines = exportLines(await findRecords(store, visitorKeys(name)));
  if (lines.length === 0) {
    output.stderr.write('narrowcast: no profile of this visitor\n');
    return EXIT_NOTHING_KNOWN;
  }
  const text = lines.map((line) => `${line}\n`).join('');
  // A person's data: for the one who asked for it, and for nobody else on the machine.
  if (file === undefined) output.stdout.write(text);
  else writePrivateFile(file, text);
  return 0;
}
