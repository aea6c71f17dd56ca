import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedisServer, type RedisServer } from '../../test/support/redis-server.js';
import { startTcpProxy, type TcpProxy } from '../../test/support/tcp-proxy.js';

/** About what Redis writes of this load in the second that a crashed machine may lose. */
const LOST_BYTES_MAX = 4_096;

/**
 * A redis-server that keeps what it is told as README asks for it (append-only, synced every second), at the end of one line for
 * each process. It can be restarted, with or without its last moments, stand still, and be cut off.
 */
export class TortureRedis {
  readonly #folder: string;
  readonly #lines: readonly TcpProxy[];
  #server: RedisServer;

  private constructor(folder: string, server: RedisServer, lines: readonly TcpProxy[]) {
    this.#folder = folder;
    this.#server = server;
    this.#lines = lines;
  }

  static async start(lineCount: number): Promise<TortureRedis> {
    const folder = mkdtempSync(join(tmpdir(), 'narrowcast-torture-redis-'));
    const server = await startRedisServer({ args: storingArguments(folder) });
    const lines = await Promise.all(Array.from({ length: lineCount }, () => startTcpProxy(server.port)));
    return new TortureRedis(folder, server, lines);
  }

  /** Past every line: for who looks at the end. */
  get url(): string {
    return this.#server.url;
  }

  urlOfLine(line: number): string {
    return `redis://127.0.0.1:${this.#lines[line]?.port}`;
  }

  /** A crash, and a start with what is on disk. @param isForgetful without the last of it, as after a power cut */
  async restart(downMs: number, isForgetful: boolean): Promise<void> {
    const { port } = this.#server;
    await this.#server.stop();
    if (isForgetful) this.#forget();
    await sleep(downMs);
    this.#server = await startRedisServer({ port, args: storingArguments(this.#folder) });
  }

  async standStill(ms: number): Promise<void> {
    this.#server.freeze();
    await sleep(ms);
    this.#server.thaw();
  }

  /** Takes requests and answers none of them until then. */
  async clientPause(ms: number): Promise<void> {
    await this.#server.cli('CLIENT', 'PAUSE', String(ms), 'ALL');
    await sleep(ms);
  }

  async cut(line: number, ms: number, isHanging: boolean): Promise<void> {
    await this.#lines[line]?.set({ kind: isHanging ? 'hang' : 'refuse' });
    await sleep(ms);
    await this.#lines[line]?.set({ kind: 'pass' });
  }

  async slow(line: number, ms: number, delayMs: number): Promise<void> {
    await this.#lines[line]?.set({ kind: 'delay', ms: delayMs });
    await sleep(ms);
    await this.#lines[line]?.set({ kind: 'pass' });
  }

  /** Somebody empties it. */
  async wipe(): Promise<void> {
    await this.#server.cli('FLUSHALL');
  }

  async close(): Promise<void> {
    await Promise.all(this.#lines.map((line) => line.close()));
    await this.#server.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #forget(): void {
    const folder = join(this.#folder, 'appendonlydir');
    for (const name of readdirSync(folder).filter((each) => each.endsWith('.incr.aof'))) {
      const path = join(folder, name);
      truncateSync(path, Math.max(0, statSync(path).size - LOST_BYTES_MAX));
    }
  }
}

function storingArguments(folder: string): string[] {
  return ['--dir', folder, '--appendonly', 'yes', '--appendfsync', 'everysec'];
}
