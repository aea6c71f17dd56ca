import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

/**
 * Loaded into a bidder with `--import`: the first SIGUSR2 starts the CPU profiler of the engine, the second one ends it and writes the
 * profile to where PROFILE_TO says. So a profile is of a bidder that has warmed up, and of nothing else.
 */

const SAMPLING_MICROS = 500;

const session = new Session();

async function start(): Promise<void> {
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_MICROS });
  await session.post('Profiler.start');
  process.once('SIGUSR2', () => void stop());
}

async function stop(): Promise<void> {
  const { profile } = await session.post('Profiler.stop');
  writeFileSync(process.env['PROFILE_TO'] as string, JSON.stringify(profile));
  session.disconnect();
}

process.once('SIGUSR2', () => void start());
