import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTraffic } from '../files/read-traffic.js';
import { fields, list, text, type Fields } from './loose-json.js';

/** A request that is put to a bidder, and what may be said of the answer whatever the campaigns are. */
export interface CaseRequest {
  /** Such as `no-bid/rule-10-no-id`. */
  readonly name: string;
  /** Lines of the rule book that it is about. */
  readonly rules: readonly number[];
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `malformed`: no bid request at all, so a 400; `invalid`: one that nobody may bid on; `unknown`: nobody says. */
  readonly kind: 'request' | 'invalid' | 'malformed' | 'unknown';
}

const KINDS = ['bid', 'no-bid'];
const MALFORMED_STATUS = 400;

/**
 * The requests of the case files. Their campaigns, and so what is expected of our own bidder with them, are left out: a
 * deployed bidder has its own.
 *
 * @param folder holds `base.json`, `bid/` and `no-bid/`
 * @throws when it does not
 */
export function readCaseRequests(folder: string): CaseRequest[] {
  const base = readJson(join(folder, 'base.json'));
  return KINDS.flatMap((kind) =>
    readdirSync(join(folder, kind))
      .filter((file) => file.endsWith('.json'))
      .sort()
      .map((file) =>
        caseRequest(`${kind}/${file.slice(0, -'.json'.length)}`, readJson(join(folder, kind, file)), base),
      ),
  );
}

/** @param file of traffic. @throws TrafficFault for a line that cannot be read */
export async function readTrafficRequests(file: string): Promise<CaseRequest[]> {
  const requests: CaseRequest[] = [];
  for await (const { line, body } of readTraffic(file)) {
    requests.push({
      name: `${file}:${line}`,
      rules: [],
      body: body.toString(),
      headers: {},
      kind: 'unknown',
    });
  }
  return requests;
}

function readJson(file: string): Fields {
  return fields(JSON.parse(readFileSync(file, 'utf8')));
}

function caseRequest(name: string, raw: Fields, base: Fields): CaseRequest {
  const { status, noBid } = fields(raw['expect']);
  const isInvalid = noBid === 'invalid-request';
  return {
    name,
    rules: list(raw['rules']).filter((rule) => typeof rule === 'number'),
    body:
      text(raw['body']) ??
      (raw['body'] === '' ? '' : JSON.stringify(fullRequest(fields(raw['request']), base))),
    headers: fields(raw['headers']) as Readonly<Record<string, string>>,
    kind: status === MALFORMED_STATUS ? 'malformed' : isInvalid ? 'invalid' : 'request',
  };
}

/** As fixtures/cases/base.json says: objects are merged key by key, impressions one by one. */
function fullRequest(request: Fields, base: Fields): unknown {
  const { imp = [{}], ...rest } = request;
  const full = fields(merged(base['request'], rest));
  if (!Array.isArray(imp)) return { ...full, imp };
  return { ...full, imp: imp.map((impression) => merged(base['impression'], impression)) };
}

function merged(base: unknown, changes: unknown): unknown {
  if (!isObject(base) || !isObject(changes)) return changes === undefined ? base : changes;
  const result: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete result[name];
    else result[name] = merged(base[name] ?? {}, value);
  }
  return result;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
