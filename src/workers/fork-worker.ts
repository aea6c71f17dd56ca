import { ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const WORKER_PROGRAM = fileURLToPath(new URL('./worker-main.js', import.meta.url));

/**
 * Starts the program of a worker. When the system has no process to give, Node emits that for some errors (EAGAIN) and throws it for others
 * (ENOMEM); here it is always emitted, so that a supervisor tries again and does not end for want of one worker.
 */
export function forkWorker(number: number, env: NodeJS.ProcessEnv): ChildProcess {
  try {
    return fork(WORKER_PROGRAM, [String(number)], { env, serialization: 'advanced' });
  } catch (error) {
    const never = new ChildProcess();
    process.nextTick(() => never.emit('error', error));
    return never;
  }
}
