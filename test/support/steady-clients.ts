import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fullRequest } from './case-file.js';

const PAUSE_MS = 5;

/** Exchanges that post bid requests all the time, each on a connection of its own that it keeps as long as it may. */
export class SteadyClients {
  answered = 0;
  /** Answers that asked to close the connection. */
  asked = 0;
  /** Statuses that are neither a bid nor a no-bid, and codes of errors. */
  readonly failures: (number | string)[] = [];
  readonly #port: number;
  readonly #running: Promise<void>[];
  #isStopping = false;

  constructor(port: number, count: number) {
    this.#port = port;
    this.#running = Array.from({ length: count }, () => this.#run());
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#running);
  }

  async #run(): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const body = JSON.stringify(fullRequest({ tmax: 500 }));
    for (; !this.#isStopping; await sleep(PAUSE_MS)) await this.#post(agent, body);
    agent.destroy();
  }

  #post(agent: Agent, body: string): Promise<void> {
    const options = { agent, host: '127.0.0.1', port: this.#port, method: 'POST', path: '/openrtb2/generic' };
    return new Promise((resolve) => {
      const fail = (error: Error): void => {
        this.failures.push('code' in error ? String(error.code) : error.message);
        resolve();
      };
      const sent = request(options, (response) => {
        const { statusCode = 0, headers } = response;
        response.resume();
        response.once('error', fail);
        response.once('end', () => {
          if (statusCode === 200 || statusCode === 204) this.answered += 1;
          else this.failures.push(statusCode);
          if (headers.connection === 'close') this.asked += 1;
          resolve();
        });
      });
      sent.once('error', fail);
      sent.end(body);
    });
  }
}
