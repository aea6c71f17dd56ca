import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { spawnWorkerProgram } from '../../test/support/worker-program.js';
import { Supervisor } from './supervisor.js';

const READY = `say({ kind: 'ready' });`;
const OBEDIENT = `${READY} process.on('message', ({ kind }) => kind === 'leave' && process.exit(0));`;
const STUBBORN = READY;
const UNABLE = `say({ kind: 'failure', message: 'PORT is taken' });`;
/** It starts and never gets ready, but leaves when it is told to. */
const SLOW = `process.on('message', ({ kind }) => kind === 'leave' && process.exit(0));`;
const LOOK_MS = 10;

let children: ChildProcess[] = [];
let supervisor: Supervisor;
afterEach(async () => {
  const stopped = supervisor.stop();
  for (const child of children) child.kill('SIGKILL');
  await stopped;
  children = [];
});

/** @param programs of the processes in the order in which they are started; the last one is that of all further ones */
function supervise(count: number, ...programs: readonly string[]): void {
  supervisor = new Supervisor({
    count,
    drainMs: 60_000,
    logger: pino({ level: 'silent' }),
    fork: () => {
      const child = spawnWorkerProgram(programs[children.length] ?? programs.at(-1) ?? '');
      children.push(child);
      return child;
    },
    onEnded: () => {},
  });
}

/** The process that is started as number `index`, when it is ready. */
async function readyChild(index: number): Promise<ChildProcess> {
  while (children.length <= index) await wait(LOOK_MS);
  const child = children[index] as ChildProcess;
  while (!supervisor.serving.some(({ pid }) => pid === child.pid)) await wait(LOOK_MS);
  return child;
}

const isRunning = ({ exitCode, signalCode }: ChildProcess) => exitCode === null && signalCode === null;

describe('a supervisor', () => {
  it('replaces who dies, and counts it', async () => {
    supervise(2, OBEDIENT);
    await supervisor.start();
    (await readyChild(1)).kill('SIGKILL');
    await readyChild(2);
    expect(supervisor.restarts).toBe(1);
    expect(new Set(supervisor.serving.map(({ number }) => number))).toEqual(new Set([1, 2]));
  });

  it('ends those that can start when another cannot', async () => {
    supervise(2, OBEDIENT, UNABLE);
    await expect(supervisor.start()).rejects.toThrow('PORT is taken');
    expect(children.filter(isRunning)).toEqual([]);
  });

  it('can be stopped while workers start', async () => {
    supervise(2, OBEDIENT, SLOW);
    const started = supervisor.start();
    await readyChild(0);
    while (children.length < 2) await wait(LOOK_MS);
    await supervisor.stop();
    await started;
    expect(children.filter(isRunning)).toEqual([]);
  });
});

describe('a rolling restart', () => {
  it('begins again when it is asked for meanwhile', async () => {
    supervise(1, OBEDIENT);
    await supervisor.start();
    await Promise.all([supervisor.roll(), supervisor.roll()]);
    expect(children).toHaveLength(3);
    expect(children.map(isRunning)).toEqual([false, false, true]);
    expect(supervisor.restarts).toBe(0);
  });

  it('is given up when a new worker cannot start, and the old ones go on', async () => {
    supervise(2, OBEDIENT, OBEDIENT, UNABLE);
    await supervisor.start();
    await supervisor.roll();
    expect(children.map(isRunning)).toEqual([true, true, false]);
  });

  it('ends with everything else when it is stopped while a new worker starts', async () => {
    supervise(1, OBEDIENT, SLOW);
    await supervisor.start();
    const rolled = supervisor.roll();
    while (children.length < 2) await wait(LOOK_MS);
    await supervisor.stop();
    await rolled;
    expect(children.filter(isRunning)).toEqual([]);
    expect(children).toHaveLength(2);
  });

  it('replaces a new worker that dies while the old one is still leaving', async () => {
    supervise(1, STUBBORN, OBEDIENT);
    await supervisor.start();
    const rolled = supervisor.roll();
    const next = await readyChild(1);
    next.kill('SIGKILL');
    await once(next, 'close');
    await readyChild(2);
    expect(isRunning(children[0] as ChildProcess)).toBe(true);
    children[0]?.kill('SIGKILL');
    await rolled;
    expect(children.map(isRunning)).toEqual([false, false, true]);
  });
});
