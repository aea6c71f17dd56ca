import { execFile, spawn } from 'node:child_process';

/** The built program, as an operator runs it. */
const PROGRAM = 'dist/src/main.js';
const STOP_WAIT_MS = 15_000;

export type Environment = Readonly<Record<string, string>>;

export interface CommandEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in a process of its own to its end. */
export function runCommand(environment: Environment, ...args: readonly string[]): Promise<CommandEnd> {
  const env = { ...process.env, ...environment };
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args], { env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code ?? NaN);
      resolve({ code, stdout, stderr });
    });
  });
}

export interface ServingProcess {
  readonly port: number;
  readonly adminPort: number;
  readonly pid: number;
  /** Everything that it has written so far, to standard output and standard error. */
  output(): string;
  /** As a crash does. */
  kill(): Promise<void>;
  /** As an operator does. @returns the exit code */
  stop(): Promise<number | null>;
}

/** A bidder in a process of its own, on spare ports. @throws with what it wrote when it ends at once */
export async function startServing(environment: Environment): Promise<ServingProcess> {
  const env = { ...process.env, PORT: '0', HOST: '127.0.0.1', ADMIN_PORT: '0', ...environment };
  const child = spawn(process.execPath, [PROGRAM, 'serve'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let output = '';
  const ports = await new Promise<readonly number[]>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const found = [...output.matchAll(/http:\/\/127\.0\.0\.1:(\d+)\//g)].map((match) => Number(match[1]));
      if (found.length === 2) resolve(found);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void ended.then((code) => reject(new Error(`serve ended with ${code}: ${output}`)));
  });
  return {
    port: ports[0] as number,
    adminPort: ports[1] as number,
    pid: child.pid as number,
    output: () => output,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      child.kill('SIGTERM');
      const killing = setTimeout(() => child.kill('SIGKILL'), STOP_WAIT_MS);
      const code = await ended;
      clearTimeout(killing);
      return code;
    },
  };
}
