#!/usr/bin/env node
import { Command } from 'commander';
import { certifyCommand } from './cli/certify.js';
import { check } from './cli/check.js';
import { errorText } from './cli/error-text.js';
import { explainFile } from './cli/explain-file.js';
import { loadCommand } from './cli/load.js';
import { keepsProfilesInMemory, openProfileStore } from './cli/open-store.js';
import { profilesCommand } from './cli/profiles.js';
import { recordCommand } from './cli/record.js';
import { replayCommand } from './cli/replay.js';
import { reportCommand } from './cli/report.js';
import { serve } from './cli/serve.js';
import { synthesizeCommand } from './cli/synthesize.js';
import { programVersion } from './cli/version.js';
import { systemClock } from './lib/clock.js';
import { loadSettingsFile, readSettings } from './settings.js';

/** As it was before config/bidder.env filled it. */
const environment = { ...process.env };

const program = new Command('narrowcast')
  .description(
    'A demand-side OpenRTB bidder. Settings come from the environment; config/bidder.env lists them all.',
  )
  .version(programVersion())
  .showHelpAfterError();

program
  .command('serve')
  .description('Answer bid requests until SIGTERM or Ctrl-C, then finish what is in work.')
  .option('--workers <count>', 'so many processes on one port; auto: one per core (default: WORKERS)')
  .addHelpText(
    'after',
    '\nExample:\n  PORT=8081 narrowcast serve\n  REDIS_URL=redis://127.0.0.1:6379 narrowcast serve --workers auto\n\n' +
      'With workers, SIGHUP replaces one after the other, with the settings and the program as they are then.\n\n' +
      'Exit code 0: it was told to stop. Exit code 1: a setting, a port or a file cannot be used.\n',
  )
  .action(async ({ workers }: { workers?: string }) => {
    const given = workers === undefined ? {} : { WORKERS: workers };
    await serve(readSettings({ ...process.env, ...given }), { ...environment, ...given });
  });

program
  .command('check')
  .description('Look for mistakes in campaigns, exchanges and rates. Exit code 1 when there is an error.')
  .option('--json', 'one JSON document for scripts')
  .addHelpText(
    'after',
    '\nExample:\n  narrowcast check\n  CONFIG_DIR=/etc/narrowcast narrowcast check --json\n',
  )
  .action(async (options: { json?: boolean }) => {
    process.exitCode = await check(readSettings(process.env), options.json === true);
  });

program
  .command('explain')
  .description('Say how a bid request is answered and why, line item by line item. Books nothing.')
  .argument('<file>', 'a bid request as JSON, or - for standard input')
  .option('--exchange <name>', 'as if this exchange had sent it', 'generic')
  .option('--campaign <id>', 'show only the line items of this campaign')
  .option('--json', 'the whole explanation as JSON')
  .addHelpText(
    'after',
    '\nExample:\n  narrowcast explain fixtures/requests/runner-on-news-site.json --campaign trail-shoes\n\n' +
      'It takes every campaign to have money at hand, since only a running bidder knows what is spent: to hear of budgets,\n' +
      'pacing and caps as they are now, post the request to /explain/generic on its admin port.\n\n' +
      'Exit code 0: the request was answered, with a bid or without. Exit code 1: it is no valid bid request,\n' +
      'or the file, the exchange, the campaign or a setting cannot be used.\n',
  )
  .action(async (file: string, options: { exchange: string; campaign?: string; json?: boolean }) => {
    process.exitCode = await explainFile(readSettings(process.env), file, options);
  });

program.addCommand(
  certifyCommand({
    clock: systemClock,
    terminal: process,
    exit: (code) => {
      process.exitCode = code;
    },
  }),
);

program.addCommand(
  profilesCommand({
    settings: () => readSettings(process.env),
    openStore: (settings) => openProfileStore(settings, systemClock),
    keepsProfilesInMemory,
    clock: systemClock,
    terminal: process,
    exit: (code) => {
      process.exitCode = code;
    },
  }),
);

program.addCommand(
  replayCommand({
    settings: () => readSettings(process.env),
    clock: systemClock,
    terminal: process,
    exit: (code) => {
      process.exitCode = code;
    },
  }),
);

program.addCommand(
  reportCommand({
    settings: () => readSettings(process.env),
    terminal: process,
    exit: (code) => {
      process.exitCode = code;
    },
  }),
);

program.addCommand(
  loadCommand({
    clock: systemClock,
    terminal: process,
    exit: (code) => {
      process.exitCode = code;
    },
    adminToken: () => process.env['ADMIN_TOKEN'] || undefined,
    onInterrupt(stop) {
      process.once('SIGINT', stop);
      return () => process.off('SIGINT', stop);
    },
  }),
);

program.addCommand(
  recordCommand({
    settings: () => readSettings(process.env),
    clock: systemClock,
    terminal: process,
    exit: (code) => {
      process.exitCode = code;
    },
    stop: () => {
      const stop = new AbortController();
      process.once('SIGINT', () => stop.abort());
      return stop.signal;
    },
  }),
);

program.addCommand(
  synthesizeCommand({
    settings: () => readSettings(process.env),
    clock: systemClock,
    terminal: process,
    exit: (code) => {
      process.exitCode = code;
    },
  }),
);

try {
  loadSettingsFile(process.env);
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`narrowcast: ${errorText(error)}\n`);
  process.exitCode = 1;
}
