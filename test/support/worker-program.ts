import { spawn, type ChildProcess } from 'node:child_process';

/**
 * A process that speaks as a worker does to its supervisor.
 *
 * @param program JavaScript; `say` tells the supervisor something
 */
export function spawnWorkerProgram(program: string): ChildProcess {
  const code = `const say = (message) => process.send(message); process.on('message', () => {}); ${program}`;
  return spawn(process.execPath, ['-e', code], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
}
