import { gunzipSync } from 'node:zlib';
import { bidsOf, checkResponse, parsedResponse } from './check-response.js';
import { formatOf, impressionOf, type Format } from './bid-facts.js';
import { fields, list, type Fields } from './loose-json.js';
import type { Answer } from './post.js';
import type { CaseRequest } from './case-requests.js';

/** What an answer was taken for. */
export type Outcome = 'bid' | 'no-bid' | 'malformed' | 'other' | 'none';

export interface Judgement {
  readonly outcome: Outcome;
  /** Each starts with the line of the rule book. */
  readonly problems: readonly string[];
  /** The formats that were bid. */
  readonly formats: readonly Format[];
  readonly bidIds: readonly string[];
}

export interface Exchange {
  /** The exchange's file as its bidder has it; what is not told there is not checked. */
  readonly exchange: Fields;
  readonly rates: Fields;
}

const BODY_BYTES_MAX = 4_194_304;

/** @returns the body as text, or what is wrong with it */
export function bodyOf(answer: Exclude<Answer, { failed: string }>): string | { readonly problem: string } {
  if (answer.headers['content-encoding'] !== 'gzip') return Buffer.from(answer.body).toString();
  try {
    return gunzipSync(answer.body, { maxOutputLength: BODY_BYTES_MAX }).toString();
  } catch {
    return { problem: 'rule 4: the answer says that it is gzip, and is not' };
  }
}

/** Holds an answer against what may be said of it without knowing the campaigns. */
export function judge(
  { body, kind, rules }: Pick<CaseRequest, 'body' | 'kind' | 'rules'>,
  answer: Answer,
  around: Exchange,
): Judgement {
  const none = { formats: [], bidIds: [] };
  if ('failed' in answer)
    return { ...none, outcome: 'none', problems: [`rule 1: no answer: ${answer.failed}`] };
  const text = bodyOf(answer);
  if (typeof text !== 'string') return { ...none, outcome: 'other', problems: [text.problem] };
  const { status } = answer;
  if (status === 204) {
    const problems = text === '' ? [] : ['rule 1: a 204 with a body'];
    return { ...none, outcome: 'no-bid', problems: [...problems, ...malformedProblems(kind, status)] };
  }
  if (status === 400) return { ...none, outcome: 'malformed', problems: badRequestProblems(kind, text) };
  if (status !== 200) {
    return {
      ...none,
      outcome: 'other',
      problems: [`rule 1: the status is ${status}, and not 200, 204 or 400`],
    };
  }
  const response = parsedResponse(text);
  if (response && list(response['seatbid']).length === 0) {
    return {
      ...none,
      outcome: 'no-bid',
      problems: [...noBidProblems(response), ...malformedProblems(kind, status)],
    };
  }
  if (kind === 'invalid' || kind === 'malformed') {
    const [rule = 1] = rules;
    return { ...none, outcome: 'bid', problems: [`rule ${rule}: a bid for what is no valid request`] };
  }
  const request = fields(JSON.parse(body));
  return {
    outcome: 'bid',
    problems: [
      ...headerProblems(answer.headers),
      ...checkResponse(request, text, around.exchange, around.rates, {
        isOurs: false,
        creativesMayRepeat: true,
      }),
    ],
    formats: response ? formatsIn(request, response) : [],
    bidIds: response ? bidsOf(response).map(({ bid }) => String(bid['id'])) : [],
  };
}

function malformedProblems(kind: CaseRequest['kind'], status: number): string[] {
  return kind === 'malformed' ? [`rule 1: what is no request is answered ${status}, and not 400`] : [];
}

function badRequestProblems(kind: CaseRequest['kind'], text: string): string[] {
  return [
    ...(kind === 'request' ? ['rule 1: a valid request is answered 400'] : []),
    ...(text === '' ? [] : ['rule 1: a 400 with a body']),
  ];
}

/** `{}`, and a response without bids with or without its reason. */
function noBidProblems(response: Fields): string[] {
  const { nbr } = response;
  const isReason = nbr === undefined || (typeof nbr === 'number' && Number.isInteger(nbr) && nbr >= 0);
  return isReason ? [] : ['rule 53: nbr is no whole number'];
}

function headerProblems(headers: Readonly<Record<string, string>>): string[] {
  return [
    ...(/\bjson\b/.test(headers['content-type'] ?? '') ? [] : ['rule 3: content-type does not say JSON']),
    ...(headers['content-length'] === undefined ? ['rule 3: there is no content-length'] : []),
  ];
}

function formatsIn(request: Fields, response: Fields): Format[] {
  return bidsOf(response).flatMap(({ bid }) => {
    const impression = impressionOf(request, bid);
    return impression ? [formatOf(impression, bid)] : [];
  });
}
