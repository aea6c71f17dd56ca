import { gzipSync } from 'node:zlib';
import { bodyOf, judge, type Exchange } from './judge.js';
import { fields, text } from './loose-json.js';
import type { Answer, Call } from './post.js';

/** How an answer is carried: what no single case file can show. */
export interface Probe {
  readonly rule: number;
  readonly name: string;
  /** @returns what is wrong, if anything; rules are put in front of it */
  readonly run: (tools: ProbeTools) => Promise<readonly string[]>;
}

interface ProbeTools {
  readonly post: (call: Call) => Promise<Answer>;
  /** @returns a request as text, each time under a new id; one that was bid on, if any was */
  readonly request: (changes?: Readonly<Record<string, unknown>>) => string;
  readonly around: Exchange;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const AT_ONCE = 20;
const OVERSIZE_BYTES = 2_097_152;
const ROUNDS = 3;

export const PROBES: readonly Probe[] = [
  {
    rule: 1,
    name: 'a GET gets no bid',
    run: async ({ post, around }) => {
      const answer = await post({ method: 'GET', body: '' });
      if ('failed' in answer) return [`no answer to a GET: ${answer.failed}`];
      const { outcome } = judge({ body: '{}', kind: 'invalid', rules: [1] }, answer, around);
      return outcome === 'bid' ? ['a GET is bid on'] : serverError(answer);
    },
  },
  {
    rule: 2,
    name: `${AT_ONCE} requests at once`,
    run: async ({ post, request }) => {
      const answers = await Promise.all(
        Array.from({ length: AT_ONCE }, () => post({ headers: JSON_TYPE, body: request() })),
      );
      return [...new Set(answers.flatMap((answer) => notAnswered(answer)))];
    },
  },
  {
    rule: 3,
    name: 'a request without content-type',
    run: async ({ post, request }) => notAnswered(await post({ body: request() })),
  },
  { rule: 4, name: 'a compressed answer', run: compressedAnswer },
  {
    rule: 4,
    name: 'an answer that must not be compressed',
    run: async ({ post, request }) => {
      const answer = await post({
        headers: { ...JSON_TYPE, 'accept-encoding': 'identity' },
        body: request(),
      });
      if ('failed' in answer) return notAnswered(answer);
      return answer.headers['content-encoding'] === undefined
        ? []
        : ['compressed for a caller that did not ask for it'];
    },
  },
  {
    rule: 4,
    name: 'a compressed request',
    run: async ({ post, request }) =>
      notAnswered(
        await post({ headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: gzipSync(request()) }),
      ),
  },
  {
    rule: 4,
    name: 'a damaged compressed request',
    run: async ({ post, request }) => {
      const body = gzipSync(request());
      body.fill(0xff, Math.floor(body.length / 2));
      const answer = await post({ headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body });
      if ('failed' in answer) return notAnswered(answer);
      return answer.status === 400 ? [] : [`damaged gzip is answered ${answer.status}, and not 400`];
    },
  },
  { rule: 5, name: 'the version of OpenRTB', run: versions },
  {
    rule: 6,
    name: 'fields that nobody knows',
    run: async ({ post, request }) => {
      const body = request({ certify_unknown: { a: [1, null, 'x'] }, ext: { certify_unknown: 1 }, at: 1 });
      return notAnswered(await post({ headers: JSON_TYPE, body }));
    },
  },
  { rule: 7, name: 'a connection that stays open', run: keptConnection },
  {
    rule: 9,
    name: 'a body of two megabytes',
    run: async ({ post, request }) => {
      const body = request({ ext: { padding: 'x'.repeat(OVERSIZE_BYTES) } });
      const answer = await post({ headers: JSON_TYPE, body });
      const after = notAnswered(await post({ headers: JSON_TYPE, body: request() }));
      const isRefused = 'failed' in answer && /ECONNRESET|EPIPE|socket hang up/.test(answer.failed);
      return [...(isRefused ? [] : serverError(answer)), ...after.map((problem) => `afterwards: ${problem}`)];
    },
  },
  { rule: 55, name: 'the same request twice', run: repeated },
];

function serverError(answer: Answer): string[] {
  if ('failed' in answer) return [`no answer: ${answer.failed}`];
  return answer.status >= 500 ? [`the status is ${answer.status}`] : [];
}

function notAnswered(answer: Answer): string[] {
  if ('failed' in answer) return [`no answer: ${answer.failed}`];
  return answer.status === 200 || answer.status === 204
    ? []
    : [`the status is ${answer.status}, and not 200 or 204`];
}

async function compressedAnswer({ post, request, around }: ProbeTools): Promise<readonly string[]> {
  const answer = await post({ headers: { ...JSON_TYPE, 'accept-encoding': 'gzip' }, body: request() });
  if ('failed' in answer || answer.status !== 200) return notAnswered(answer);
  const text = bodyOf(answer);
  if (typeof text !== 'string') return [text.problem.replace(/^rule 4: /, '')];
  const isCompressed = answer.headers['content-encoding'] === 'gzip';
  return isCompressed || around.exchange['gzip'] === false
    ? []
    : ['a bid is not compressed, though gzip is accepted'];
}

async function versions({ post, request, around }: ProbeTools): Promise<readonly string[]> {
  const problems = new Set<string>();
  for (const version of ['2.5', '2.6', '9.9', 'garbage', undefined]) {
    const told = version === undefined ? {} : { 'x-openrtb-version': version };
    const answer = await post({ headers: { ...JSON_TYPE, ...told }, body: request() });
    for (const problem of notAnswered(answer)) problems.add(`to version ${version ?? '(none)'}: ${problem}`);
    if ('failed' in answer) continue;
    const own = answer.headers['x-openrtb-version'] ?? '';
    const wanted = text(around.exchange['version']);
    if (!/^\d+\.\d+$/.test(own)) problems.add(`the header x-openrtb-version is ${JSON.stringify(own)}`);
    else if (wanted !== undefined && own !== wanted)
      problems.add(`x-openrtb-version is ${own}, and not ${wanted}`);
  }
  return [...problems];
}

async function keptConnection({ post, request }: ProbeTools): Promise<readonly string[]> {
  for (let round = 0; round < ROUNDS; round++) {
    const answer = await post({ headers: JSON_TYPE, body: request() });
    if ('failed' in answer) return notAnswered(answer);
    if (answer.headers['connection']?.toLowerCase() === 'close')
      return ['the connection is closed after an answer'];
    if (round > 0 && !answer.reused) return ['the connection is not open for the next request'];
  }
  return [];
}

/** Whether the second one is bid on is the bidder's choice; a bid of its own it must be. */
async function repeated({ post, request, around }: ProbeTools): Promise<readonly string[]> {
  const body = request();
  const answers = [await post({ headers: JSON_TYPE, body }), await post({ headers: JSON_TYPE, body })];
  const ids = answers.map((answer) => judge({ body, kind: 'request', rules: [] }, answer, around).bidIds);
  const again = (ids[0] ?? []).filter((id) => ids[1]?.includes(id));
  return [...answers.flatMap(notAnswered), ...again.map((id) => `two bids have the id ${id}`)];
}

/** @returns `body` with some fields replaced; objects are replaced whole */
export function withChanges(body: string, changes: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...fields(JSON.parse(body)), ...changes });
}
