import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';

/**
 * Asks the admin port of a running bidder. It runs for `narrowcast record` alone, and only to the address that the operator
 * names on the command line; redirects are not followed.
 */

/** A bidder that records gives a sign of life every two seconds. */
const SILENCE_MS_MAX = 15_000;
const OK = 200;

export interface AdminAddress {
  /** http or https, such as `http://127.0.0.1:9090`. */
  readonly url: URL;
  readonly token: string | undefined;
}

/**
 * @param path with its query
 * @returns the body of the answer, as it comes
 * @throws an Error in the bidder's words when it refuses, or when nobody answers
 */
export async function askAdmin(
  { url, token }: AdminAddress,
  method: 'GET' | 'POST',
  path: string,
): Promise<IncomingMessage> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = send(new URL(path, url), { method, headers, agent: false }, resolve);
    request.setTimeout(SILENCE_MS_MAX, () =>
      request.destroy(new Error(`${url.href} has said nothing for ${SILENCE_MS_MAX / 1_000} s`)),
    );
    request.on('error', (error) =>
      reject(new Error(`${url.href} does not answer: ${error.message}`, { cause: error })),
    );
    request.end();
  });
  if (response.statusCode === OK) return response;
  const why = (await text(response)).trim();
  throw new Error(`${url.href} answers ${response.statusCode}: ${why}`);
}
