import { pino, type Logger } from 'pino';
import { startApp } from '../app.js';
import { systemClock } from '../lib/clock.js';
import { tuneHeap } from '../heap.js';
import type { Settings } from '../settings.js';
import { serveWorkers } from '../workers/serve-workers.js';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** A request that the sample campaigns bid on. */
const SAMPLE_REQUEST = 'fixtures/requests/runner-on-news-site.json';

/**
 * Runs the bidder until it is told to stop; then finishes what is in work and leaves with code 0. A second signal ends it at once.
 *
 * @param environment what workers get for theirs: without what config/bidder.env says, which each reads anew
 */
export async function serve(settings: Settings, environment: NodeJS.ProcessEnv): Promise<void> {
  tuneHeap();
  const logger = pino({ level: settings.logLevel });
  const stopping = new Promise<string>((resolve) => {
    const stop = (signal: string): void => {
      for (const each of SIGNALS) process.off(each, stop);
      resolve(signal);
    };
    for (const signal of SIGNALS) process.on(signal, stop);
  });
  const served =
    settings.workers > 1
      ? await startWorkers(settings, { logger, environment, stopping })
      : await startApp(settings, { clock: systemClock, logger });
  if (process.stdout.isTTY || logger.isLevelEnabled('info')) greet(served.port, served.adminPort);
  const signal = await stopping;
  logger.info({ signal }, 'draining: not ready, finishing what is in work');
  await served.close();
  logger.info('stopped');
}

async function startWorkers(
  settings: Settings,
  parts: { logger: Logger; environment: NodeJS.ProcessEnv; stopping: Promise<string> },
): ReturnType<typeof serveWorkers> {
  const { logger } = parts;
  let served: Awaited<ReturnType<typeof serveWorkers>> | undefined;
  process.on('SIGHUP', () => {
    if (served) void served.roll();
    else logger.warn('SIGHUP is too early: the workers are starting');
  });
  return (served = await serveWorkers(settings, parts));
}

function greet(port: number, adminPort: number | undefined): void {
  process.stdout.write(
    `\nNarrowcast answers on port ${port}. Ask it for a bid:\n\n` +
      `  curl -i -d @${SAMPLE_REQUEST} http://127.0.0.1:${port}/openrtb2/generic\n\n` +
      `and why it answers so:\n\n` +
      `  curl -d @${SAMPLE_REQUEST} http://127.0.0.1:${adminPort}/explain/generic\n\n`,
  );
}
