import { request, Agent, type IncomingHttpHeaders } from 'node:http';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { fullRequest, readDialogues, type Dialogue, type DialogueStep } from './support/case-file.js';
import type { JsonObject } from './support/merge.js';
import { startBidder, type RunningBidder } from './support/running-bidder.js';

/**
 * Cases of several steps: what an exchange and the browsers of visitors send one after the other over one connection, and what
 * has been spent in the end. For the lines of the rule book that no single request and answer can show.
 */

interface BillEvent {
  readonly bidId: string;
  readonly spends: boolean;
  readonly chargeMicros: number;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly sameConnection: boolean;
}

const environmentBefore = { ...process.env };
let bidder: RunningBidder | undefined;

afterEach(async () => {
  await bidder?.stop();
  bidder = undefined;
  process.env = { ...environmentBefore };
});

async function start({
  campaigns,
  exchange,
  rates,
  profiles,
  config,
  environment,
}: Dialogue): Promise<RunningBidder> {
  Object.assign(process.env, environment);
  const started = await startBidder({ campaigns, exchanges: { generic: exchange }, rates, profiles, config });
  bidder = started;
  expect(started.app.problems(), 'the configuration of the case').toEqual([]);
  return started;
}

function send(
  agent: Agent,
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body?: Uint8Array | string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = { 'content-length': Buffer.byteLength(body ?? '') };
    const call = request(url, { agent, method, headers: { ...headers, ...length } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
          sameConnection: call.reusedSocket,
        });
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}

/** The link of a notice of the bid, with the macros replaced that the step names. */
function linkOf(step: DialogueStep, bid: JsonObject, port: number): string {
  const { adm, [step.notice as 'nurl']: given } = bid;
  const text = JSON.stringify(adm);
  const link =
    step.notice === 'click'
      ? (/https?:\/\/[^/"\\]+\/c\/[\w-]+/.exec(text)?.[0] ?? '')
      : typeof given === 'string'
        ? given
        : '';
  const values: Readonly<Record<string, string | undefined>> = { PRICE: step.price, LOSS: step.loss };
  return link
    .replace(/^https?:\/\/[^/]+/, `http://127.0.0.1:${port}`)
    .replace(/\$\{AUCTION_(\w+)\}/g, (macro, name: string) => encodeURIComponent(values[name] ?? macro));
}

/** What the event log says was spent, of each bid once, when the bidder has stopped. */
async function spentMicros({ app, folder }: RunningBidder): Promise<number> {
  await app.close();
  const events = join(folder, 'data/events');
  const charges = new Map<string, number>();
  for (const name of readdirSync(events)) {
    for (const line of readFileSync(join(events, name), 'utf8').split('\n').filter(Boolean)) {
      const { spends, bidId, chargeMicros = NaN } = JSON.parse(line) as Partial<BillEvent>;
      if (spends && bidId !== undefined) charges.set(bidId, chargeMicros);
    }
  }
  return [...charges.values()].reduce((sum, micros) => sum + micros, 0);
}

async function metric(running: RunningBidder, name: string): Promise<number> {
  const lines = (await (await running.admin('/metrics')).text()).split('\n');
  const line = lines.find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1) ?? NaN);
}

async function playStep(step: DialogueStep, agent: Agent, port: number, bid: JsonObject): Promise<Answer> {
  if (step.notice !== undefined) {
    return send(agent, linkOf(step, bid, port), step.method ?? 'GET', step.headers ?? {});
  }
  const body = step.body ?? JSON.stringify(fullRequest(step.post ?? {}));
  const headers = step.gzip ? { ...step.headers, 'content-encoding': 'gzip' } : (step.headers ?? {});
  return send(
    agent,
    `http://127.0.0.1:${port}/openrtb2/generic`,
    'POST',
    headers,
    step.gzip ? gzipSync(body) : body,
  );
}

describe('a dialogue', () => {
  const dialogues = readDialogues();

  it.each(dialogues.map((file) => [file.name, file.about, file] as const))(
    '%s: %s',
    async (_name, _about, file) => {
      const running = await start(file);
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      try {
        let bid: JsonObject = {};
        for (const [i, step] of file.steps.entries()) {
          const { status, headers, body, sameConnection } = await playStep(
            step,
            agent,
            running.app.port,
            bid,
          );
          const where = `step ${i + 1}`;
          expect(status, where).toBe(step.expect.status);
          for (const [name, value] of Object.entries(step.expect.headers ?? {}))
            expect(headers[name] ?? null, `${where}, ${name}`).toBe(value);
          if (step.expect.sameConnection) expect(sameConnection, `${where}, connection`).toBe(true);
          if (status === 204) expect(body, where).toBe('');
          if (status !== 200 || headers['content-encoding'] !== undefined || step.notice !== undefined)
            continue;
          const { seatbid } = JSON.parse(body) as { seatbid: { bid: JsonObject[] }[] };
          bid = seatbid[0]?.bid[0] ?? {};
        }
        const { spentMicros: spent, metrics = {} } = file.expect;
        for (const [name, value] of Object.entries(metrics))
          expect(await metric(running, name), name).toBe(value);
        agent.destroy();
        if (spent !== undefined) expect(await spentMicros(running)).toBe(spent);
      } finally {
        agent.destroy();
      }
    },
  );

  it('expects something that could fail', () => {
    const idle = dialogues.filter(({ steps }) => steps.length === 0);
    expect(idle.map(({ name }) => name)).toEqual([]);
  });
});
