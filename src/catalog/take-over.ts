import type { Finding } from './finding.js';
import type { KeptFile, KeptFolder } from './kept-files.js';
import type { FileContent } from './read-file.js';

/**
 * Accepts the present version of a file, or tells why not and falls back to its last good one.
 *
 * @param refusals what is wrong with a version that could be read
 * @param isUsable may the last good version be used now?
 * @returns undefined when there is nothing of this file to use
 */
export async function takeOver<Content>(
  folder: KeptFolder<Content>,
  file: KeptFile<Content>,
  refusals: readonly Finding[],
  problems: Finding[],
  isUsable: (lastGood: Content) => boolean = () => true,
): Promise<Content | undefined> {
  const faults = faultsOf(file.present, refusals);
  if (faults.length === 0) {
    problems.push(...(await folder.accept(file)));
    return file.lastGood?.content;
  }
  const usable = file.lastGood && isUsable(file.lastGood.content) ? file.lastGood : undefined;
  const consequence = usable
    ? `the version of ${minuteText(usable.savedMs)} keeps running`
    : 'nothing of this file is in use';
  for (const fault of faults) problems.push({ ...fault, consequence });
  return usable?.content;
}

function faultsOf(present: FileContent<unknown>, refusals: readonly Finding[]): readonly Finding[] {
  return present.good ? refusals : present.problems;
}

function minuteText(instantMs: number): string {
  return `${new Date(instantMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
