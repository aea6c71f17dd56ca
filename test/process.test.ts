import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The walk through the README as a new user would take it: the built program, its own files, its own process. */
const PROGRAM = 'dist/src/main.js';
const REQUEST = 'fixtures/requests/runner-on-news-site.json';
const CAMPAIGN = 'config/campaigns/segments-trail-shoes.json';

const folder = mkdtempSync(join(tmpdir(), 'narrowcast-process-'));
const campaignFile = join(folder, CAMPAIGN);
const environment = {
  ...process.env,
  PORT: '0',
  HOST: '127.0.0.1',
  ADMIN_PORT: '0',
  CONFIG_DIR: join(folder, 'config'),
  PROFILES: 'fixtures/profiles',
  DATA_DIR: join(folder, 'var'),
};

interface Served {
  readonly child: ChildProcess;
  readonly port: number;
  readonly adminPort: number;
  readonly exit: Promise<number | null>;
}

let served: Served;

beforeAll(async () => {
  cpSync('config', join(folder, 'config'), { recursive: true });
  served = await serve();
});

afterAll(async () => {
  served.child.kill('SIGKILL');
  await served.exit;
  rmSync(folder, { recursive: true, force: true });
});

async function serve(): Promise<Served> {
  const child = spawn(process.execPath, [PROGRAM, 'serve'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let output = '';
  const ports = await new Promise<readonly number[]>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const found = [...output.matchAll(/http:\/\/127\.0\.0\.1:(\d+)\//g)].map((match) => Number(match[1]));
      if (found.length === 2) resolve(found);
    });
    void exit.then((code) => reject(new Error(`serve ended with ${code}: ${output}`)));
  });
  return { child, exit, port: ports[0] as number, adminPort: ports[1] as number };
}

/** Runs a command to its end. */
function narrowcast(...args: string[]): { code: number; output: string } {
  try {
    return {
      code: 0,
      output: execFileSync(process.execPath, [PROGRAM, ...args], { env: environment, encoding: 'utf8' }),
    };
  } catch (error) {
    const { status, stdout } = error as { status: number; stdout: string };
    return { code: status, output: stdout };
  }
}

async function bidPrice(): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${served.port}/openrtb2/generic`, {
    method: 'POST',
    body: readFileSync(REQUEST),
  });
  expect(response.status).toBe(200);
  const { seatbid } = (await response.json()) as { seatbid: { bid: { price: number; cid: string }[] }[] };
  expect(seatbid[0]?.bid[0]?.cid).toBe('trail-shoes');
  return seatbid[0]?.bid[0]?.price ?? NaN;
}

function edit(from: string, to: string): void {
  const text = readFileSync(campaignFile, 'utf8');
  expect(text).toContain(from);
  writeFileSync(campaignFile, text.replace(from, to));
}

/**
 * Holds what README shows of a command against what it prints: every line of the block, in order; `…` at the end of a
 * line, or as a line of its own, leaves out what follows.
 */
function expectAsInReadme(...args: string[]): void {
  const readme = readFileSync('README.md', 'utf8').split('\n');
  const start = readme.findIndex(
    (line) => line.trim() === `$ npm run --silent narrowcast -- ${args.join(' ')}`,
  );
  expect(start, `README shows ${args.join(' ')}`).toBeGreaterThan(0);
  const indent = /^ */.exec(readme[start] as string)?.[0].length ?? 0;
  const end = readme.findIndex((line, i) => i > start && line.trim() === '```');
  const printed = narrowcast(...args).output.split('\n');
  let at = 0;
  for (const line of readme.slice(start + 1, end)) {
    const shown = line.slice(indent);
    if (shown.trim() === '' || shown.trim() === '…') continue;
    const found = printed.findIndex(
      (each, i) => i >= at && (shown.endsWith('…') ? each.startsWith(shown.slice(0, -1)) : each === shown),
    );
    expect(found, `${shown}\nin\n${printed.slice(at).join('\n')}`).toBeGreaterThanOrEqual(0);
    at = found + 1;
  }
}

describe('the walk through the README', () => {
  it('starts, is ready, and bids on the sample request', async () => {
    const ready = await fetch(`http://127.0.0.1:${served.adminPort}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([200, 'ready\n']);
    expect(await bidPrice()).toBe(3.2);
  });

  // A warning may come with time: exchange rates grow old.
  it('finds no error in the samples', () => {
    expect(narrowcast('check')).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^0 errors, |\n0 errors, /) as string,
    });
  });

  it('explains the bid in words and as JSON', () => {
    const words = narrowcast('explain', REQUEST, '--campaign', 'trail-shoes');
    expect(words.code).toBe(0);
    expect(words.output).toContain('bids      trail-shoes / runners');
    expect(words.output).toContain('first-price auction: 3.2 USD is bid, and paid if it wins');
    const json = JSON.parse(narrowcast('explain', REQUEST, '--json').output) as { outcome: string };
    expect(json.outcome).toBe('bid');
  });

  it('tells of a mistake where it is and keeps the last good version running', async () => {
    edit('"amount": 3.2', '"amount": "four"');
    const { code, output } = narrowcast('check');
    expect(code).toBe(1);
    expect(output).toMatch(
      /segments-trail-shoes\.json line 10, column 42: lineItems\[0\]\.bid\.amount is "four" but must be/,
    );
    expectAsInReadme('check');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(await bidPrice()).toBe(3.2);
  });

  it('takes the corrected file over without a restart', async () => {
    edit('"amount": "four"', '"amount": 4');
    await expect.poll(bidPrice, { timeout: 5000 }).toBe(4);
    expect(narrowcast('check').code).toBe(0);
    expectAsInReadme('explain', REQUEST, '--campaign', 'trail-shoes');
    expectAsInReadme('explain', 'fixtures/requests/child-on-puzzle-site.json');
  });

  it('on SIGTERM stops cleanly with idle connections open, exit code 0', async () => {
    const idle = connect(served.port, '127.0.0.1');
    await new Promise((resolve) => idle.once('connect', resolve));
    idle.on('error', () => {});
    served.child.kill('SIGTERM');
    expect(await served.exit).toBe(0);
    idle.destroy();
  });

  it('ends at once on a second signal, though it is another one', async () => {
    const { child, port, adminPort, exit } = await serve();
    const slow = connect(port, '127.0.0.1');
    slow.on('error', () => {});
    slow.write('POST /openrtb2/generic HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{');
    const isDraining = async () =>
      (await (await fetch(`http://127.0.0.1:${adminPort}/readyz`)).text()) === 'draining\n';
    // What is answered now was read after the request that is never whole.
    await new Promise((resolve) => slow.once('connect', resolve));
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
    child.kill('SIGINT');
    await expect.poll(isDraining).toBe(true);
    child.kill('SIGTERM');
    expect(await exit).toBe(null);
    expect(child.signalCode).toBe('SIGTERM');
    slow.destroy();
  });

  it('tells of wrong settings before it starts, all at once', () => {
    const broken = { ...environment, PORT: 'http', LOG_LEVEL: 'loud' };
    try {
      execFileSync(process.execPath, [PROGRAM, 'serve'], { env: broken, encoding: 'utf8', stdio: 'pipe' });
      expect.unreachable();
    } catch (error) {
      const { status, stderr } = error as { status: number; stderr: string };
      expect(status).toBe(1);
      expect(stderr).toContain('PORT is "http"');
      expect(stderr).toContain('LOG_LEVEL is "loud"');
      expect(stderr).not.toContain('    at ');
    }
  });
});
