import { request, type Agent } from 'node:http';

export interface HttpCall {
  readonly agent: Agent;
  readonly port: number;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
}

export interface HttpAnswer {
  /** Undefined: nobody listens, the connection broke, or nothing came in time. */
  readonly status: number | undefined;
  readonly body: string;
}

const NO_ANSWER: HttpAnswer = { status: undefined, body: '' };
const PATIENCE_MS = 4_000;

/** Never rejects: whatever goes wrong on the way is what this is about. */
export function httpCall({ agent, port, method, path, body }: HttpCall): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    const outgoing = request({ host: '127.0.0.1', port, agent, method, path, timeout: PATIENCE_MS });
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', () => resolve(NO_ANSWER));
      response.once('close', () => resolve(NO_ANSWER));
      response.once('end', () =>
        resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString() }),
      );
    });
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.once('error', () => resolve(NO_ANSWER));
    outgoing.end(body);
  });
}
