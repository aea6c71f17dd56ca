import { spawn, type ChildProcess } from 'node:child_process';
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { httpCall } from './http-call.js';

const PROGRAM = 'dist/src/main.js';
const READY_WAIT_MS = 20_000;
const OUTPUT_CHARACTERS_KEPT = 20_000;

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** One bidder that is killed and started again, always on the same port and with the same data. */
export class BidderProcess {
  readonly name: string;
  readonly port: number;
  readonly adminPort: number;
  readonly dataDir: string;
  readonly agent = new Agent({ keepAlive: true, maxSockets: 64 });
  kills = 0;
  readonly #environment: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #output = '';

  constructor(given: {
    readonly name: string;
    readonly port: number;
    readonly adminPort: number;
    readonly dataDir: string;
    readonly environment: Readonly<Record<string, string>>;
  }) {
    this.name = given.name;
    this.port = given.port;
    this.adminPort = given.adminPort;
    this.dataDir = given.dataDir;
    this.#environment = {
      ...given.environment,
      PORT: String(given.port),
      ADMIN_PORT: String(given.adminPort),
      HOST: '127.0.0.1',
      DATA_DIR: given.dataDir,
    };
  }

  /** The last of what it wrote, over all its lives. */
  get output(): string {
    return this.#output;
  }

  /** @throws with what it wrote, when it does not come up */
  async start(): Promise<void> {
    const env = { ...process.env, ...this.#environment };
    const child = spawn(process.execPath, [PROGRAM, 'serve'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    running.add(child);
    child.once('exit', () => running.delete(child));
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.#output = (this.#output + chunk.toString()).slice(-OUTPUT_CHARACTERS_KEPT);
      });
    }
    const endMs = performance.now() + READY_WAIT_MS;
    for (;;) {
      const { status } = await httpCall({ ...this.#admin, method: 'GET', path: '/readyz' });
      if (status === 200) return;
      if (child.exitCode !== null || performance.now() > endMs)
        throw new Error(`${this.name} did not come up:\n${this.#output}`);
      await sleep(50);
    }
  }

  /** Ends it where it stands: nothing is written, nothing is said. */
  async kill(): Promise<void> {
    this.kills++;
    await this.#end('SIGKILL');
  }

  /** Tells it to finish, as an operator does. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    this.agent.destroy();
  }

  /** Resolves when it has no billing any more that the ledger has yet to hear of. @throws when that does not happen */
  async hasBookedAll(waitMs: number): Promise<void> {
    const endMs = performance.now() + waitMs;
    for (;;) {
      const { body } = await httpCall({ ...this.#admin, method: 'GET', path: '/metrics' });
      const waiting = /^narrowcast_ledger_billings_waiting(?:\{[^}]*\})? (\d+)/m.exec(body)?.[1];
      if (waiting === '0') return;
      if (performance.now() > endMs)
        throw new Error(`${this.name} has ${waiting} billings that are not booked`);
      await sleep(100);
    }
  }

  get #admin() {
    return { agent: this.agent, port: this.adminPort };
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }
}
