import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import { startApp, type AppAnswers } from '../app.js';
import { errorText } from '../cli/error-text.js';
import { unreachable } from '../lib/assert.js';
import { systemClock } from '../lib/clock.js';
import type { Settings } from '../settings.js';
import type { Channel } from './channel.js';
import { BEAT_MS, type Question } from './protocol.js';

const READY_LOOK_MS = 50;
/** Ctrl-C and the end of a terminal reach every process of it; a worker does what its supervisor makes of them. */
const SUPERVISORS_SIGNALS = ['SIGINT', 'SIGHUP'] as const;

/**
 * Answers bid requests until the supervisor says that it is enough, or is gone; then finishes what is in work.
 *
 * @throws when it cannot start
 */
export async function runWorker(settings: Settings, number: number, channel: Channel): Promise<void> {
  const logger = pino({ level: settings.logLevel }).child({ worker: number });
  for (const signal of SUPERVISORS_SIGNALS) process.on(signal, () => {});
  const hurrying = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    void channel.lost.then(resolve);
    channel.onMessage((message) => {
      if (message.kind === 'leave' && message.lingerMs === 0) resolve();
    });
  });
  const leaving = new Promise<number>((resolve) => {
    void hurrying.then(() => resolve(0));
    channel.onMessage((message) => {
      if (message.kind === 'leave') resolve(message.lingerMs);
    });
  });
  const beating = setInterval(() => void channel.say({ kind: 'beat' }), BEAT_MS).unref();
  const app = await startApp(settings, {
    clock: systemClock,
    logger,
    worker: { number, count: settings.workers },
  });
  channel.onMessage((message) => {
    if (message.kind === 'ask') void answer(app.answers, message.id, message.question, channel);
  });
  const ready = async (): Promise<void> => {
    // Who is told to leave before is never ready, and must not be kept from ending.
    while (!app.answers.readiness().ready) await wait(READY_LOOK_MS, undefined, { ref: false });
    await channel.say({ kind: 'ready' });
  };
  await Promise.race([ready(), leaving]);
  const lingerMs = await leaving;
  logger.info('draining: finishing what is in work');
  // There may be nobody left to go to while callers leave.
  if (lingerMs > 0) await Promise.race([app.leave(lingerMs), hurrying]);
  await app.close();
  clearInterval(beating);
  await channel.say({ kind: 'farewell', figures: await app.answers.metrics() });
  logger.info('stopped');
}

async function answer(answers: AppAnswers, id: number, question: Question, channel: Channel): Promise<void> {
  try {
    await channel.say({ kind: 'answer', id, answer: await answerOf(answers, question) });
  } catch (error) {
    await channel.say({ kind: 'refusal', id, message: errorText(error) });
  }
}

function answerOf(answers: AppAnswers, question: Question): Promise<unknown> {
  switch (question.about) {
    case 'metrics':
      return answers.metrics();
    case 'delivery':
      return answers.delivery(question.asks.campaign);
    case 'explain': {
      const { exchange, body, campaign } = question.asks;
      return answers.explain(exchange, body, campaign);
    }
    default:
      return unreachable(question);
  }
}
