import { Agent, request } from 'node:http';
import { parseArgs } from 'node:util';
import { readTraffic } from '../src/files/read-traffic.js';

/**
 * Posts each request of a traffic file to a running bidder, one after another, and says how they were answered. For
 * seeing what a catalogue does with real traffic; says nothing about speed.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8080/openrtb2/generic' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const HELP = `Posts the requests of a traffic file, compressed when it ends in .gz, to a running bidder and counts the answers.

  npm run post -- FILE [--url http://127.0.0.1:8080/openrtb2/generic] [--json]
  npm run post -- traffic.ndjson
`;

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

interface Answer {
  readonly status: number;
  readonly nbr: string | undefined;
  readonly body: string;
}

function post(url: string, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, nbr: response.headers['x-nbr'] as string, body: text }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function table(title: string, counts: Map<string, number>): string {
  const rows = [...counts].sort((a, b) => b[1] - a[1]);
  return [title, ...rows.map(([key, number]) => `${String(number).padStart(8)}  ${key}`)].join('\n');
}

const [file] = positionals;
if (values.help || file === undefined) {
  process.stdout.write(HELP);
  process.exit(values.help ? 0 : 2);
}

const answers = new Map<string, number>();
const campaigns = new Map<string, number>();
let posted = 0;
for await (const { body } of readTraffic(file)) {
  const answer = await post(values.url, body);
  posted += 1;
  count(answers, answer.nbr === undefined ? String(answer.status) : `${answer.status} nbr ${answer.nbr}`);
  if (answer.status === 200) {
    const response = JSON.parse(answer.body) as { seatbid: { bid: { cid: string }[] }[] };
    for (const bid of response.seatbid.flatMap((seat) => seat.bid)) count(campaigns, bid.cid);
  }
  if (process.stderr.isTTY && posted % 100 === 0) process.stderr.write(`\r${posted} requests`);
}
if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
agent.destroy();

process.stdout.write(
  values.json
    ? `${JSON.stringify({ requests: posted, answers: Object.fromEntries(answers), bidsByCampaign: Object.fromEntries(campaigns) })}\n`
    : `${posted} requests\n${table('answers', answers)}\n${table('bids by campaign', campaigns)}\n`,
);
