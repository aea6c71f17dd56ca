import { App, us_socket_local_port } from 'uWebSockets.js';

/**
 * What any bidder on uWebSockets.js would cost that does nothing: reads the body and answers. Runs in a process of its own, started by
 * `startBareServer`, which says over the channel what to answer.
 */

/** What the server is to answer from now on. */
export interface BareAnswer {
  /** Of the body. */
  readonly bytes: number;
  /** Share of the requests that is answered with 204 instead, 0 to 1. */
  readonly emptyShare: number;
}

function tell(what: object): void {
  process.send?.(what);
}

let body = '';
let emptyShare = 0;
let emptyOwed = 0;
let readBytes = 0;

const app = App();
app.post('/*', (res) => {
  let gone = false;
  res.onAborted(() => {
    gone = true;
  });
  res.onData((chunk, isLast) => {
    readBytes += chunk.byteLength;
    if (!isLast || gone) return;
    emptyOwed += emptyShare;
    res.cork(() => {
      if (emptyOwed >= 1) {
        emptyOwed -= 1;
        res.writeStatus('204 No Content').endWithoutBody();
      } else {
        res.writeStatus('200 OK').writeHeader('content-type', 'application/json').end(body);
      }
    });
  });
});

process.on('message', (answer: BareAnswer) => {
  body = 'x'.repeat(answer.bytes);
  ({ emptyShare } = answer);
  tell({ readBytes });
});
// Whoever started it has ended.
process.on('disconnect', () => process.exit());

app.listen('127.0.0.1', 0, (socket) => {
  if (!socket) throw new Error('the bare server cannot listen on loopback');
  tell({ port: us_socket_local_port(socket) });
});
