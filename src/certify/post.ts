import {
  Agent as HttpAgent,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/**
 * The only file of the house that opens connections to others. It runs for `narrowcast certify` alone, and only to the
 * address that the operator names on the command line; nothing in a file or in an answer can lead it elsewhere, and
 * redirects are not followed.
 */

const TIMEOUT_MS = 10_000;
const SOCKETS_MAX = 32;
/** A bidder that answers with more than this is not listened to any longer. */
const ANSWER_BYTES_MAX = 4_194_304;

export interface Call {
  readonly method?: 'POST' | 'GET';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

export type Answer =
  | {
      readonly status: number;
      /** By lower-case name. */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array;
      readonly elapsedMs: number;
      /** Did it come on a connection that had been used before? */
      readonly reused: boolean;
    }
  /** No answer, and why. */
  | { readonly failed: string };

export interface Poster {
  /** Never rejects. */
  readonly post: (call: Call) => Promise<Answer>;
  readonly close: () => void;
}

/**
 * @param address http or https
 * @param nowMs a clock for measuring
 */
export function createPoster(address: URL, nowMs: () => number): Poster {
  const options = { keepAlive: true, maxSockets: SOCKETS_MAX };
  const agent = address.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
  const send = address.protocol === 'https:' ? httpsRequest : httpRequest;
  const once = ({ method = 'POST', headers = {}, body }: Call) =>
    new Promise<Answer & { readonly wasClosed?: boolean }>((resolve) => {
      const startMs = nowMs();
      const length = method === 'POST' ? { 'content-length': String(Buffer.byteLength(body)) } : {};
      const request: ClientRequest = send(address, { method, agent, headers: { ...headers, ...length } });
      request.setTimeout(TIMEOUT_MS, () =>
        request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)),
      );
      request.on('error', (error: NodeJS.ErrnoException) => {
        // A kept connection may be closed at the very moment in which it is used again.
        const wasClosed = request.reusedSocket && error.code === 'ECONNRESET';
        resolve({ failed: error.message, wasClosed });
      });
      request.on('response', (response) => {
        const reused = request.reusedSocket;
        collect(response, (received) => {
          resolve(
            typeof received === 'string'
              ? { failed: received }
              : {
                  status: response.statusCode ?? 0,
                  headers: plainHeaders(response),
                  body: received,
                  elapsedMs: nowMs() - startMs,
                  reused,
                },
          );
        });
      });
      request.end(method === 'POST' ? body : undefined);
    });
  return {
    post: async (call) => {
      const answer = await once(call);
      return 'failed' in answer && answer.wasClosed ? once(call) : answer;
    },
    close: () => agent.destroy(),
  };
}

/** @param done takes the body, or what went wrong with it */
function collect(response: IncomingMessage, done: (received: Uint8Array | string) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) response.destroy(new Error('the answer does not end'));
    else chunks.push(chunk);
  });
  response.on('end', () => done(Buffer.concat(chunks)));
  response.on('error', (error) => done(error.message));
}

function plainHeaders({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}
