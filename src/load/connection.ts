import { connect, type Socket } from 'node:net';
import { writeRequest, type PreparedRequest } from './prepared-request.js';
import { InvalidAnswer, ResponseReader, type HttpAnswer } from './response-reader.js';

/**
 * The one place from which load is sent: to the address that the operator names, over raw sockets, because an HTTP client costs more
 * time for a request than a bidder may.
 */

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** How a connection ended. */
export interface ConnectionEnd {
  /** `unopened`: it never was; `closed`: by the other side or on the way; `invalid`: what came was no HTTP; `dropped`: by us. */
  readonly why: 'unopened' | 'closed' | 'invalid' | 'dropped';
  readonly message: string;
}

export interface ConnectionOwner<Work> {
  readonly onOpen: (connection: Connection<Work>) => void;
  /** `work` of the connection is what was answered; undefined when nothing was asked. */
  readonly onAnswer: (connection: Connection<Work>, answer: HttpAnswer) => void;
  /** The last that is heard of it. `work` of the connection is what stays without an answer. */
  readonly onEnd: (connection: Connection<Work>, end: ConnectionEnd) => void;
}

export const INPUT_BYTES = 65_536;

/** A keep-alive connection with at most one request on its way. */
export class Connection<Work> {
  /** What the request on its way was sent for. */
  work: Work | undefined;
  readonly #socket: Socket;
  /** The request on its way is written here, so the next must not be before this one has left altogether. */
  readonly #output: Buffer;
  #end: ConnectionEnd | undefined;
  #isOpen = false;

  /**
   * @param input memory that each piece is read into, INPUT_BYTES long; all connections may share it
   * @param outputBytes of the largest request
   */
  constructor(address: Address, input: Buffer, outputBytes: number, owner: ConnectionOwner<Work>) {
    this.#output = Buffer.allocUnsafeSlow(outputBytes);
    const reader = new ResponseReader((answer) => owner.onAnswer(this, answer));
    const guarded = (read: () => void): void => {
      try {
        read();
      } catch (error) {
        if (!(error instanceof InvalidAnswer)) throw error;
        this.#drop('invalid', error.message);
      }
    };
    const onRead = (bytes: number): boolean => {
      guarded(() => reader.read(input.subarray(0, bytes)));
      return true;
    };
    this.#socket = connect({ ...address, noDelay: true, onread: { buffer: input, callback: onRead } });
    this.#socket.on('connect', () => {
      this.#isOpen = true;
      owner.onOpen(this);
    });
    this.#socket.on('end', () => {
      guarded(() => reader.end());
      this.#end ??= { why: 'closed', message: 'the other side closed the connection' };
    });
    this.#socket.on('error', ({ message, code }: NodeJS.ErrnoException) => {
      // Where a name has several addresses and none answers, there is a code only.
      this.#end ??= { why: this.#isOpen ? 'closed' : 'unopened', message: message || (code ?? 'no reason') };
    });
    this.#socket.on('close', () => {
      this.#end ??= { why: 'closed', message: 'the connection was closed' };
      owner.onEnd(this, this.#end);
    });
  }

  /** Has the last request left altogether? An answer may come before it has. */
  get isReady(): boolean {
    return this.#isOpen && this.#end === undefined && this.#socket.writableLength === 0;
  }

  /** @returns how many bytes were sent */
  send(request: PreparedRequest, run: number, count: number): number {
    const length = writeRequest(this.#output, request, run, count);
    this.#socket.write(this.#output.subarray(0, length));
    return length;
  }

  sendText(text: string): void {
    this.#socket.write(text);
  }

  /** Its end is told soon after. */
  drop(message: string): void {
    this.#drop('dropped', message);
  }

  #drop(why: ConnectionEnd['why'], message: string): void {
    this.#end ??= { why, message };
    this.#socket.destroy();
  }
}
