import { Connection, INPUT_BYTES, type Address } from './connection.js';

const TIMEOUT_MS = 5_000;

/** Where the address of an http URL is. */
export function addressOf(url: URL): Address {
  // IPv6 addresses stand in brackets within a URL only.
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 80) };
}

/** Asks once, on a connection of its own. @throws an Error saying why there is no answer */
export function getText(
  url: URL,
  token: string | undefined,
): Promise<{ readonly status: number; readonly body: string }> {
  const authorization = token === undefined ? '' : `authorization: Bearer ${token}\r\n`;
  const text = `GET ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\n${authorization}connection: close\r\n\r\n`;
  return new Promise((resolve, reject) => {
    const input = Buffer.allocUnsafeSlow(INPUT_BYTES);
    const connection = new Connection<undefined>(addressOf(url), input, 0, {
      onOpen: (opened) => opened.sendText(text),
      onAnswer: (answered, { status, body }) => {
        resolve({ status, body: body.toString() });
        answered.drop('answered');
      },
      onEnd: (_, { message }) => {
        clearTimeout(timer);
        reject(new Error(`${url.href} does not answer: ${message}`));
      },
    });
    const timer = setTimeout(() => connection.drop(`nothing within ${TIMEOUT_MS / 1000} s`), TIMEOUT_MS);
  });
}
