import type { Readable } from 'node:stream';

/** Where a command writes to. */
interface Output {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean;
}

/** What a command reads and writes. */
export interface Terminal {
  readonly stdin: Readable;
  readonly stdout: Output;
  readonly stderr: Output;
}
