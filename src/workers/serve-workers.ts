import { existsSync, readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { adminPlace, deliveryText } from '../app.js';
import { mergeReports } from '../delivery/merge-reports.js';
import type { AdminSources } from '../http/admin-routes.js';
import { startAdminServer } from '../http/admin-server.js';
import { claimPort } from '../http/listener.js';
import { systemClock } from '../lib/clock.js';
import { MergedMetrics } from '../metrics/merge.js';
import type { Settings } from '../settings.js';
import { forkWorker } from './fork-worker.js';
import { Supervisor } from './supervisor.js';
import type { WorkerProcess } from './worker-process.js';

/** 1 where Linux hands connections that a leaving worker has not accepted to another one, instead of resetting them. */
const MIGRATION_SETTING = '/proc/sys/net/ipv4/tcp_migrate_req';

/** Several processes that answer on one port. */
export interface WorkersServed {
  readonly port: number;
  readonly adminPort: number;
  /** Replaces one worker after the other. */
  readonly roll: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface WorkersParts {
  readonly logger: Logger;
  /** What workers get for theirs: without what config/bidder.env says, which each reads anew. */
  readonly environment: NodeJS.ProcessEnv;
  /** Resolves when it is to stop. */
  readonly stopping: Promise<unknown>;
}

/**
 * Starts the workers and an admin port that speaks for all of them. Resolves when all are ready, or when it is to stop.
 *
 * @throws when a port is taken or a worker cannot start
 */
export async function serveWorkers(
  settings: Settings,
  { logger, environment, stopping }: WorkersParts,
): Promise<WorkersServed> {
  const port = await claimPort(settings.host, settings.port);
  if (existsSync(MIGRATION_SETTING) && readFileSync(MIGRATION_SETTING, 'utf8').trim() === '0')
    logger.warn(
      'net.ipv4.tcp_migrate_req is 0: in a rolling restart the system may reset connections that were made just now; set it to 1',
    );
  const metrics = new MergedMetrics();
  const env = { ...environment, PORT: String(port), WORKERS: String(settings.workers) };
  const supervisor = new Supervisor({
    count: settings.workers,
    drainMs: settings.drainMs,
    logger,
    fork: (number) => forkWorker(number, env),
    onEnded: ({ figures }) => {
      metrics.retire(figures);
    },
  });
  const adminServer = await startAdminServer({
    ...adminPlace(settings, systemClock),
    ...supervisorAnswers(supervisor, metrics, settings.workers),
  });
  const close = async (): Promise<void> => {
    await supervisor.stop();
    adminServer.close();
  };
  try {
    await Promise.race([supervisor.start(), stopping]);
  } catch (error) {
    adminServer.close();
    throw error;
  }
  return { port, adminPort: adminServer.port, roll: () => supervisor.roll(), close };
}

function supervisorAnswers(supervisor: Supervisor, metrics: MergedMetrics, count: number): AdminSources {
  return {
    readiness: () => {
      const serving = supervisor.serving.length;
      const why = `${serving} of ${count} workers answer`;
      if (supervisor.isStopping) return { ready: false, why: 'draining' };
      if (!supervisor.hasStarted) return { ready: false, why: `starting: ${why}` };
      return { ready: serving > 0, why: serving === count ? 'ready' : why };
    },
    metricsText: async () => {
      await Promise.all(supervisor.running.map(askFigures));
      const { running, serving, restarts } = supervisor;
      return metrics.text(
        running.map(({ figures }) => figures),
        { narrowcast_workers: serving.length, narrowcast_worker_restarts_total: restarts },
      );
    },
    explain: async (exchange, body, campaign) =>
      anyOf(supervisor.serving).ask('explain', { exchange, body, campaign }),
    delivery: async (campaign) => {
      const reports = supervisor.serving.map((worker) => worker.ask('delivery', { campaign }));
      return deliveryText(mergeReports(await Promise.all(reports)));
    },
    recordings: undefined,
  };
}

/** A worker that starts, leaves or hangs counts with what it told last. */
async function askFigures(worker: WorkerProcess): Promise<void> {
  if (!worker.isServing) return;
  try {
    worker.figures = await worker.ask('metrics', undefined);
  } catch {
    // It is hung or has just ended, and both are heard of otherwise.
  }
}

function anyOf(workers: readonly WorkerProcess[]): WorkerProcess {
  const worker = workers[0];
  if (!worker) throw new Error('no worker answers at this moment');
  return worker;
}
