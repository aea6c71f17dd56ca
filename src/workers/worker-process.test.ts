import { afterEach, describe, expect, it } from 'vitest';
import { spawnWorkerProgram } from '../../test/support/worker-program.js';
import { backOffMs } from './back-off.js';
import { forkWorker } from './fork-worker.js';
import { WorkerEnded, WorkerProcess } from './worker-process.js';

const ENVIRONMENT_CHARACTERS_TOO_MANY = 4_000_000;
const started: WorkerProcess[] = [];
afterEach(async () => {
  for (const worker of started) worker.kill();
  await Promise.all(started.splice(0).map(({ ended }) => ended));
});

/** @param program see spawnWorkerProgram */
function startWorker(program: string): WorkerProcess {
  const worker = new WorkerProcess(7, spawnWorkerProgram(program));
  started.push(worker);
  return worker;
}

describe('a worker', () => {
  it('serves from when it is ready until it is told to leave', async () => {
    const worker = startWorker(
      `say({ kind: 'ready' }); process.on('message', ({ kind }) => kind === 'leave' && process.exit(0))`,
    );
    expect(worker.isServing).toBe(false);
    await worker.ready;
    expect(worker.isServing).toBe(true);
    const left = worker.leave(0, 10_000);
    expect(worker.isServing).toBe(false);
    await left;
    expect(await worker.ended).toBe('exit code 0');
  });

  it('that cannot start says why', async () => {
    const worker = startWorker(`say({ kind: 'failure', message: 'PORT is taken' }); `);
    await expect(worker.ready).rejects.toThrow(new WorkerEnded('PORT is taken'));
  });

  it('that no process can be made for says why', async () => {
    const worker = new WorkerProcess(
      7,
      forkWorker(7, { TOO_LONG: 'x'.repeat(ENVIRONMENT_CHARACTERS_TOO_MANY) }),
    );
    await expect(worker.ready).rejects.toThrow(new WorkerEnded('spawn E2BIG'));
    await worker.leave(0, 10_000);
  });

  it('is killed when it does not leave in time', async () => {
    const worker = startWorker(`say({ kind: 'ready' })`);
    await worker.ready;
    await worker.leave(0, 1);
    expect(await worker.ended).toBe('SIGKILL');
  });

  it('is killed after the sixth beat in a row that it has missed, and not before', async () => {
    const worker = startWorker(`say({ kind: 'ready' })`);
    await worker.ready;
    expect(Array.from({ length: 6 }, () => worker.killIfHung())).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
    expect(await worker.ended).toBe('it hung and was killed');
    expect(worker.killIfHung()).toBe(false);
  });

  it('owes no answer to nobody: what is asked ends with it', async () => {
    const worker = startWorker(`say({ kind: 'ready' }); process.on('message', () => process.exit(3))`);
    await worker.ready;
    await expect(worker.ask('metrics', undefined)).rejects.toThrow('worker 7 has ended');
  });
});

describe('the pause before a worker is replaced', () => {
  it('is none at first, doubles with each early death, and is half a minute at most', () => {
    expect([0, 1, 2, 3, 7, 8, 1000].map(backOffMs)).toEqual([0, 500, 1_000, 2_000, 30_000, 30_000, 30_000]);
  });
});
