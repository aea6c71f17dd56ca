import type { CaseRequest } from './case-requests.js';
import { judge, type Exchange, type Outcome } from './judge.js';
import { fields, number, text } from './loose-json.js';
import type { Format } from './bid-facts.js';
import type { Answer, Call } from './post.js';
import { PROBES, withChanges } from './probes.js';
import { RULE_TITLES } from './rule-titles.js';

export interface CertifyOptions extends Exchange {
  readonly post: (call: Call) => Promise<Answer>;
  readonly requests: readonly CaseRequest[];
  /** Only these lines of the rule book; undefined = all. */
  readonly rules: ReadonlySet<number> | undefined;
  /** True: as real traffic. Else every request is marked as a test, so that no money is spent (line 16). */
  readonly live: boolean;
  /** Makes the ids of this run different from those of every other. */
  readonly run: string;
  readonly onProgress: (done: number, all: number) => void;
}

export interface CertifyReport {
  readonly posted: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly bids: Readonly<Record<Format, number>>;
  /** Answers that came later than the tmax of their requests, network included. */
  readonly late: number;
  readonly violations: readonly Violation[];
}

export interface Violation {
  readonly rule: number;
  readonly title: string;
  readonly problem: string;
  /** Names of the cases and probes that show it. */
  readonly shownBy: readonly string[];
}

/** Where a case's own address is the one that all have, each request gets another: nobody makes so many. */
const ADDRESS_OF_CASES = '192.0.2.10';
const NETWORKS = ['192.0.2', '198.51.100', '203.0.113'];
const HOSTS = 254;
const JSON_TYPE = { 'content-type': 'application/json' };

/**
 * Puts every request to a bidder, one after the other, then the probes, and holds each answer against the rule book:
 * what can be said without knowing the bidder's campaigns. Never rejects.
 */
export async function certify(options: CertifyOptions): Promise<CertifyReport> {
  const { post, rules, onProgress, exchange, rates } = options;
  const around = { exchange, rates };
  const concerns = (rule: number) => rules === undefined || rules.has(rule);
  const requests = options.requests.filter(
    (each) => rules === undefined || each.kind === 'unknown' || each.rules.some(concerns),
  );
  const probes = PROBES.filter(({ rule }) => concerns(rule));
  const all = requests.length + probes.length;
  const counts = newCounts();
  /** What probes are made of: the first request that was bid on, else the first valid one. */
  let sample: string | undefined;
  let isBidOn = false;
  let place = 0;
  const fresh = (body: string) => freshRequest(body, place++, options);
  for (const [i, each] of requests.entries()) {
    const body = fresh(each.body);
    const answer = await post({ headers: { ...JSON_TYPE, ...each.headers }, body });
    const judgement = judge({ ...each, body }, answer, around);
    counts.outcomes[judgement.outcome]++;
    for (const format of judgement.formats) counts.bids[format]++;
    if (isLate(body, answer)) counts.late++;
    for (const problem of judgement.problems) counts.add(problem, each.name);
    if ((each.kind === 'request' || each.kind === 'unknown') && !isBidOn) {
      isBidOn = judgement.outcome === 'bid';
      if (isBidOn) sample = each.body;
      else sample ??= each.body;
    }
    onProgress(i + 1, all);
  }
  for (const [i, { rule, name, run }] of probes.entries()) {
    const request = (changes = {}) => fresh(withChanges(sample ?? MINIMAL_REQUEST, changes));
    for (const problem of await run({ post, request, around })) counts.add(`rule ${rule}: ${problem}`, name);
    onProgress(requests.length + i + 1, all);
  }
  const { outcomes, bids, late, violations } = counts;
  return {
    posted: requests.length,
    outcomes,
    bids,
    late,
    violations: [...violations.values()]
      .filter(({ rule }) => concerns(rule))
      .sort((a, b) => a.rule - b.rule || (a.problem < b.problem ? -1 : 1)),
  };
}

const MINIMAL_REQUEST = JSON.stringify({
  id: 'certify',
  imp: [{ id: '1', banner: { w: 300, h: 250 } }],
  site: { domain: 'news.example' },
});

interface MutableViolation extends Violation {
  readonly shownBy: string[];
}

function newCounts() {
  const violations = new Map<string, MutableViolation>();
  return {
    outcomes: { bid: 0, 'no-bid': 0, malformed: 0, other: 0, none: 0 },
    bids: { banner: 0, video: 0, audio: 0, native: 0 },
    late: 0,
    violations,
    /** The same problem of several requests is told once. */
    add(problem: string, shownBy: string): void {
      const [, line = '', what = problem] = /^rule (\d+): (?:bid \S*: )?(.*)$/s.exec(problem) ?? [];
      const rule = Number(line);
      const key = `${rule} ${what}`;
      const known = violations.get(key);
      if (known && !known.shownBy.includes(shownBy)) known.shownBy.push(shownBy);
      if (!known)
        violations.set(key, { rule, title: RULE_TITLES[rule] ?? '', problem: what, shownBy: [shownBy] });
    },
  };
}

/**
 * Under an id of its own, since bidders may pass over a request that they have seen before, and marked as a test. What
 * cannot be read, an id that is none, and what would read otherwise when it is written anew (1e999) stay as they are.
 */
function freshRequest(body: string, place: number, { live, run }: CertifyOptions): string {
  let request;
  try {
    request = fields(JSON.parse(body));
  } catch {
    return body;
  }
  const id = text(request['id']);
  const outsideOfTexts = body.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
  if (id === undefined || /[\d.]e\+?\d{3}/i.test(outsideOfTexts)) return body;
  const device = fields(request['device']);
  const isCommon = device['ip'] === ADDRESS_OF_CASES;
  return JSON.stringify({
    ...request,
    id: `${id}-${run}-${place}`,
    ...(isCommon ? { device: { ...device, ip: addressAt(place) } } : {}),
    ...(live ? {} : { test: 1 }),
  });
}

function addressAt(place: number): string {
  const network = NETWORKS[Math.floor(place / HOSTS) % NETWORKS.length] ?? '';
  return `${network}.${1 + (place % HOSTS)}`;
}

function isLate(body: string, answer: Answer): boolean {
  if ('failed' in answer) return false;
  try {
    const tmax = number(fields(JSON.parse(body))['tmax']) ?? Infinity;
    return tmax > 0 && answer.elapsedMs > tmax;
  } catch {
    return false;
  }
}
