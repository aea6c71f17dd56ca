import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BidEnvironment } from '../../src/bid/environment.js';
import { decide } from '../../src/bid/path.js';
import { loadCatalog } from '../../src/catalog/load.js';
import type { Catalog } from '../../src/domain/catalog.js';
import type { Gates } from '../../src/domain/gates.js';
import { consentString } from '../../test/support/consent-strings.js';
import { appRequest, siteRequest } from '../../test/support/sample-requests.js';
import { amountOf, hashOf, medianOf, sizeOf, type BenchTable, type Row } from '../table.js';
import { EXCHANGE } from './exchange.js';
import { environment, seededCatalog, strangersOnly } from './path.js';

const LINE_ITEMS = 1_000;
const VENDOR = 377;
const CONSENTS = 64;
const VISITORS = 1_024;
const LIST_ENTRIES = 100_000;
const NETWORKS = 20_000;
const ROUNDS = 30;
const REQUESTS_A_ROUND = 1_000;

/** How much of each thing there is in a run. */
interface Amounts {
  readonly lineItems: number;
  readonly listEntries: number;
  readonly networks: number;
  readonly rounds: number;
  readonly requests: number;
}

/** What everything that a request passes before anybody looks at campaigns adds to the whole path. */
export const gatesTable: BenchTable = {
  title: 'Gates, CPU of the whole path',
  async measure(timeMs) {
    const amounts: Amounts = {
      lineItems: sizeOf(LINE_ITEMS, timeMs),
      listEntries: sizeOf(LIST_ENTRIES, timeMs),
      networks: sizeOf(NETWORKS, timeMs),
      rounds: amountOf(ROUNDS, timeMs),
      requests: amountOf(REQUESTS_A_ROUND, timeMs),
    };
    const catalog = { ...seededCatalog(amounts.lineItems), ...(await strictPolicies(amounts)) };
    const on = environment(catalog, strangersOnly());
    const off = { ...on, gates: OPEN_GATES };
    const rows: Row[] = [];
    let answers = '';
    for (const [name, request] of Object.entries({ app: appRequest(), site: siteRequest() })) {
      const bodies = bodiesOf(request);
      const { row, bids } = await compare(
        `${name} request of ${bodies[0]?.length} bytes`,
        bodies,
        on,
        off,
        amounts,
      );
      rows.push(row);
      answers += `${bids},`;
    }
    const notes = [
      `${amounts.lineItems.toLocaleString('en')} line items. On: consent strings (${CONSENTS} different ones, of 400 vendors) and GPP read, complete supply chains and ads.txt required, ` +
        `a block list of ${amounts.listEntries.toLocaleString('en')} sites, ${amounts.networks.toLocaleString('en')} networks, crawlers, impossible devices, spoofed inventory, rates and repeated ids refused; off: none of it. ` +
        `The same ${Math.min(VISITORS, amounts.requests).toLocaleString('en')} requests a kind, rounds of both alternated, medians of ${amounts.rounds} rounds.`,
    ];
    return { what: 'request', rows, notes, hash: hashOf(answers) };
  },
};

const OPEN_GATES: Gates = {
  privacy: {
    judge: () => ({ use: 'personal', limit: undefined }),
    regulationsLimit: () => undefined,
  },
  supply: { refusal: () => undefined },
  traffic: { refusal: () => undefined, wouldRefuse: () => undefined, findings: () => [] },
};

async function compare(
  name: string,
  bodies: readonly Uint8Array[],
  on: BidEnvironment,
  off: BidEnvironment,
  { rounds, requests }: Amounts,
): Promise<{ row: Row; bids: number }> {
  const times: Record<'on' | 'off', number[]> = { on: [], off: [] };
  const bids = { on: 0, off: 0 };
  for (let round = -3; round < rounds; round++) {
    for (const [key, env] of round % 2 === 0
      ? ([
          ['on', on],
          ['off', off],
        ] as const)
      : ([
          ['off', off],
          ['on', on],
        ] as const)) {
      const before = process.cpuUsage();
      let found = 0;
      for (let i = 0; i < requests; i++)
        found += await answered(env, bodies[i % bodies.length] as Uint8Array);
      const { user, system } = process.cpuUsage(before);
      bids[key] = found;
      // The first rounds warm up.
      if (round >= 0) times[key].push((user + system) / requests);
    }
  }
  if (bids.on !== bids.off) throw new Error('the gates refuse what they are to let through');
  const [onMicros, offMicros] = [medianOf(times.on), medianOf(times.off)];
  const figures = {
    'gates off, µs CPU': offMicros,
    'gates on, µs CPU': onMicros,
    'growth, %': 100 * (onMicros / offMicros - 1),
  };
  return { row: { name, figures }, bids: bids.on };
}

async function answered(env: BidEnvironment, body: Uint8Array): Promise<number> {
  const decision = await decide(env, { exchange: EXCHANGE.id, body, receivedMs: env.clock.monotonicMs() });
  return decision.kind === 'bid' ? decision.bids.length : 0;
}

/** The same request from many visitors, with what the gates read. */
function bodiesOf(request: Record<string, unknown>): Uint8Array[] {
  const consents = Array.from({ length: CONSENTS }, (_, i) => consentOf(i));
  const { device, user } = request as Record<string, Record<string, unknown>>;
  return Array.from({ length: VISITORS }, (_, i) =>
    Buffer.from(
      JSON.stringify({
        ...request,
        id: `gates-${i}`,
        device: { ...device, ip: `198.51.${i >> 8}.${i & 255}` },
        user: {
          ...user,
          id: `u${i}`,
          buyeruid: `c-${i}`,
          ext: { ...(user?.['ext'] as object), consent: consents[i % CONSENTS] },
        },
        regs: { coppa: 0, ext: { gdpr: 1, us_privacy: '1---' } },
        source: {
          schain: { ver: '1.0', complete: 1, nodes: [{ asi: 'exchange.example', sid: '1', hp: 1 }] },
        },
      }),
    ),
  );
}

function consentOf(variant: number): string {
  const purposes = [1, 2, 3, 4, 7, 9, 10];
  const vendors = Array.from({ length: 400 }, (_, i) => i + 1).filter(
    (id) => id === VENDOR || id % 7 !== variant % 5,
  );
  return consentString({
    consents: purposes,
    interests: [2, 7, 9, 10],
    vendorConsents: vendors,
    vendorInterests: vendors,
    disclosed: vendors,
  });
}

/** Every policy at its strictest, read from files as an operator writes them. */
async function strictPolicies({
  listEntries,
  networks,
}: Amounts): Promise<Pick<Catalog, 'privacy' | 'supply' | 'traffic'>> {
  const configDir = mkdtempSync(join(tmpdir(), 'narrowcast-gates-'));
  const save = (file: string, content: object | string): void =>
    writeFileSync(join(configDir, file), typeof content === 'string' ? content : JSON.stringify(content));
  try {
    for (const folder of ['campaigns', 'exchanges', 'lists', 'supply/ads-txt', 'supply/app-ads-txt'])
      mkdirSync(join(configDir, folder), { recursive: true });
    save('exchanges/generic.json', {});
    save('rates.json', { date: '2026-11-20', perUsd: {} });
    save('privacy.json', { vendorId: VENDOR });
    save('supply.json', {
      block: { lists: ['blocked'] },
      supplyChain: { need: 'required', nodesMax: 4, blockedSystems: ['blocked.example'] },
      adsTxt: { need: 'when-present' },
    });
    const on = { mode: 'on' };
    save('traffic.json', {
      crawlers: on,
      addressLists: [{ file: 'lists/datacentres.cidr', mode: 'on' }],
      impossibleDevices: on,
      spoofedInventory: on,
      rates: { mode: 'on', perAddress: 60_000, perUser: 60_000 },
      // Every request comes many times, so that this one is counted only.
      duplicates: { mode: 'dry-run', withinSeconds: 10 },
    });
    save(
      'lists/blocked.txt',
      lines(listEntries, (i) => `site-${i}.example`),
    );
    save(
      'lists/datacentres.cidr',
      lines(networks, (i) => `10.${(i >> 8) & 255}.${i & 255}.0/24`),
    );
    const { catalog, problems } = await loadCatalog({ configDir });
    const problem = problems.find(({ severity }) => severity === 'error');
    if (problem) throw new Error(`${problem.file}: ${problem.message}`);
    return { privacy: catalog.privacy, supply: catalog.supply, traffic: catalog.traffic };
  } finally {
    rmSync(configDir, { recursive: true });
  }
}

function lines(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => `${line(i)}\n`).join('');
}
