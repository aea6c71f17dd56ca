import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { readCaseRequests, readTrafficRequests, type CaseRequest } from '../certify/case-requests.js';
import { certify } from '../certify/certify.js';
import { createPoster } from '../certify/post.js';
import { RULE_TITLES } from '../certify/rule-titles.js';
import type { Clock } from '../lib/clock.js';
import { certificate } from './certificate.js';
import { errorText } from './error-text.js';
import type { Terminal } from './output.js';
import { progressBar } from './progress-bar.js';
import { styleFor } from './style.js';

export interface CertifyCommandParts {
  readonly clock: Clock;
  readonly terminal: Terminal;
  readonly exit: (code: number) => void;
  /** Where the case files are unless `--cases` says otherwise. */
  readonly casesFolder?: string;
}

interface Options {
  readonly cases?: string;
  readonly requests?: string;
  readonly exchangeFile?: string;
  readonly ratesFile?: string;
  readonly rules?: string;
  readonly live?: boolean;
  readonly json?: boolean;
}

const EXIT_VIOLATIONS = 1;
const EXIT_CANNOT = 2;
/** As seen from `dist/src/cli`, where the program runs. */
const CASES_FOLDER = new URL('../../../fixtures/cases', import.meta.url);
const RUN_BYTES = 4;
const HELP = `
It posts the requests of the case files, one after the other, and then tries how the bidder answers: compressed, at once, on a connection
that stays open, and so on. Each answer is held against the rules that do not depend on the bidder's campaigns. Requests are marked as tests, so
that nothing is spent; --live leaves that out. Nothing is sent to any address but URL.

The exchange's file tells the seats, currencies, lengths and macros that are expected; without it they are not checked. Without the
rates file floors in other currencies are not.

Examples:
  narrowcast certify http://127.0.0.1:8080/openrtb2/generic
  narrowcast certify https://bidder.example/bid --exchange-file config/exchanges/adx.json --rules 30,31,32
  narrowcast certify http://127.0.0.1:8080/openrtb2/generic --requests traffic.ndjson --json

Exit code 0 when nothing is wrong, 1 when a rule is broken, 2 when it cannot be tried.
`;

/** `narrowcast certify URL`: holds any deployed bidder against the rule book. */
export function certifyCommand(parts: CertifyCommandParts): Command {
  return new Command('certify')
    .description('Post bid requests to a bidder and tell which rules of OpenRTB its answers break.')
    .argument('<url>', 'where the bidder takes bid requests')
    .option('--exchange-file <file>', "the exchange's file, as in config/exchanges")
    .option('--rates-file <file>', 'the rates that the bidder converts with, as config/rates.json')
    .option('--rules <list>', 'only these rules, such as 30,31')
    .option('--cases <folder>', 'case files other than those that come with it')
    .option('--requests <file>', 'post these as well: NDJSON, a bid request or {"request": …} a line')
    .option('--live', 'send requests as real ones; they may set money aside')
    .option('--json', 'one JSON document for scripts')
    .addHelpText('after', HELP)
    .action(async (url: string, options: Options) => {
      const { stderr } = parts.terminal;
      try {
        parts.exit(await run(url, options, parts));
      } catch (error) {
        stderr.write(`narrowcast: ${errorText(error)}\n`);
        parts.exit(EXIT_CANNOT);
      }
    });
}

async function run(url: string, options: Options, parts: CertifyCommandParts): Promise<number> {
  const { clock, terminal } = parts;
  const address = addressOf(url);
  const rules = options.rules === undefined ? undefined : rulesOf(options.rules);
  const exchange = options.exchangeFile === undefined ? {} : jsonFile(options.exchangeFile);
  const rates = options.ratesFile === undefined ? {} : jsonFile(options.ratesFile);
  const requests = await requestsOf(options, parts);
  const poster = createPoster(address, () => clock.monotonicMs());
  const first = await poster.post({ headers: { 'content-type': 'application/json' }, body: '{}' });
  if ('failed' in first) throw new Error(`${address.href} does not answer: ${first.failed}`);
  const bar = progressBar(terminal.stderr, () => clock.monotonicMs());
  try {
    const report = await certify({
      post: poster.post,
      requests,
      exchange,
      rates,
      rules,
      live: options.live === true,
      run: randomBytes(RUN_BYTES).toString('hex'),
      onProgress: (done, all) => bar.show(done, all, 'asked'),
    });
    bar.end();
    const document = { url: address.href, ...report };
    terminal.stdout.write(
      options.json === true
        ? `${JSON.stringify(document, null, 2)}\n`
        : certificate(document, styleFor(terminal.stdout)),
    );
    return report.violations.length > 0 ? EXIT_VIOLATIONS : 0;
  } finally {
    bar.end();
    poster.close();
  }
}

function addressOf(url: string): URL {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  if (address && /^https?:$/.test(address.protocol)) return address;
  throw new Error(`${JSON.stringify(url)} is no address such as http://127.0.0.1:8080/openrtb2/generic`);
}

function rulesOf(list: string): ReadonlySet<number> {
  const rules = list.split(',').map(Number);
  const unknown = rules.find((rule) => RULE_TITLES[rule] === undefined);
  if (unknown === undefined) return new Set(rules);
  throw new Error(
    `--rules ${list} must be numbers from 1 to ${Object.keys(RULE_TITLES).length}, such as 30,31`,
  );
}

async function requestsOf(
  { cases, requests }: Options,
  { casesFolder }: CertifyCommandParts,
): Promise<CaseRequest[]> {
  const folder = cases ?? casesFolder ?? fileURLToPath(CASES_FOLDER);
  let found: CaseRequest[];
  try {
    found = readCaseRequests(folder);
  } catch (error) {
    throw new Error(`no case files in ${folder} (${errorText(error)}); name their folder by --cases`, {
      cause: error,
    });
  }
  return requests === undefined ? found : [...found, ...(await readTrafficRequests(requests))];
}

function jsonFile(file: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new Error(`${file} must hold an object in braces`);
}
