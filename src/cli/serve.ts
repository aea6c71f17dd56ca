import { pino } from 'pino';
import { startApp } from '../app.js';
import { systemClock } from '../lib/clock.js';
import type { Settings } from '../settings.js';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** A request that the sample campaigns bid on. */
const SAMPLE_REQUEST = 'fixtures/requests/runner-on-news-site.json';

/** Runs the bidder until it is told to stop; then finishes what is in work and leaves with code 0. */
export async function serve(settings: Settings): Promise<void> {
  const logger = pino({ level: settings.logLevel });
  const stopping = new Promise<string>((resolve) => {
    for (const signal of SIGNALS) process.once(signal, () => resolve(signal));
  });
  const app = await startApp(settings, { clock: systemClock, logger });
  if (process.stdout.isTTY || logger.isLevelEnabled('info')) {
    process.stdout.write(
      `\nNarrowcast answers on port ${app.port}. Ask it for a bid:\n\n` +
        `  curl -i -d @${SAMPLE_REQUEST} http://127.0.0.1:${app.port}/openrtb2/generic\n\n` +
        `and why it answers so:\n\n` +
        `  curl -d @${SAMPLE_REQUEST} http://127.0.0.1:${app.adminPort}/explain/generic\n\n`,
    );
  }
  const signal = await stopping;
  logger.info({ signal }, 'draining: not ready, finishing what is in work');
  await app.close();
  logger.info('stopped');
}
