import { parseIpRange, type IpRange } from '../lib/ip.js';
import { networkSetSteps, type NetworkSet } from '../lib/network-set.js';
import type { Steps } from '../lib/steps.js';
import { wholeFileFinding, type Finding } from './finding.js';

/** Half a million networks with remarks; the lists of all large clouds together have a tenth of that. */
export const NETWORK_FILE_BYTES_MAX = 16_777_216;
const NETWORKS_MAX = 500_000;
const PROBLEMS_TOLD_MAX = 20;
const FOUND_CHARACTERS_MAX = 60;
/** Nobody has a wider network, and one of them would refuse a good part of all people. */
const BITS_MIN = { 4: 8, 6: 16 };
/** Lines read between two yields. */
const STEP = 512;

export type NetworkFile =
  | { readonly good: true; readonly networks: NetworkSet }
  | { readonly good: false; readonly problems: readonly Finding[] };

/**
 * Reads a list of networks: an address or a network a line, in CIDR notation; empty lines and what follows `#` or `;` are
 * passed over. A list with a line that is none of these is refused as a whole, with each such line told.
 */
export function* readNetworkFile(bytes: Uint8Array, file: string): Steps<NetworkFile> {
  const textOf = new TextDecoder();
  const ranges: IpRange[] = [];
  const problems: Finding[] = [];
  let wrongLines = 0;
  let line = 0;
  for (let start = 0; start < bytes.length;) {
    if (line % STEP === 0) yield;
    line++;
    const end = endOfLine(bytes, start);
    const text = textOf.decode(bytes.subarray(start, end));
    start = end + 1;
    const entry = withoutRemark(text);
    if (entry === '') continue;
    const range = parseIpRange(entry);
    const problem = range
      ? tooWide(range)
      : `is ${found(entry)} but must be an address or a network such as 203.0.113.0/24`;
    if (range && problem === undefined) {
      ranges.push(range);
    } else if (wrongLines++ < PROBLEMS_TOLD_MAX) {
      const column = text.indexOf(entry) + 1;
      problems.push({ severity: 'error', file, line, column, path: '', message: `the line ${problem}` });
    }
    if (ranges.length > NETWORKS_MAX) {
      const message = `the list has more than ${NETWORKS_MAX} networks, which is the most that is taken`;
      return { good: false, problems: [wholeFileFinding(file, message)] };
    }
  }
  if (wrongLines > PROBLEMS_TOLD_MAX)
    problems.push(wholeFileFinding(file, `and ${wrongLines - PROBLEMS_TOLD_MAX} more lines are wrong`));
  if (problems.length > 0) return { good: false, problems };
  return { good: true, networks: yield* networkSetSteps(ranges) };
}

const LINE_FEED = 0x0a;

function endOfLine(bytes: Uint8Array, start: number): number {
  const end = bytes.indexOf(LINE_FEED, start);
  return end < 0 ? bytes.length : end;
}

function withoutRemark(line: string): string {
  const remark = line.search(/[#;]/);
  return (remark < 0 ? line : line.slice(0, remark)).replace('\uFEFF', '').trim();
}

function tooWide({ version, bits }: IpRange): string | undefined {
  const bitsMin = BITS_MIN[version];
  return bits >= bitsMin
    ? undefined
    : `has a network with /${bits}, which is wider than any owner's (IPv${version}: /${bitsMin} at most)`;
}

function found(entry: string): string {
  return entry.length <= FOUND_CHARACTERS_MAX ? entry : `${entry.slice(0, FOUND_CHARACTERS_MAX - 1)}…`;
}
