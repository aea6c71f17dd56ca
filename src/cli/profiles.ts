import { Command } from 'commander';
import type { ProfileStore } from '../domain/ports.js';
import type { Clock } from '../lib/clock.js';
import { requireKnownKeys, whenReady } from '../open-profiles.js';
import type { VisitorName } from '../profile/visitor-records.js';
import type { Settings } from '../settings.js';
import { errorText } from './error-text.js';
import type { Terminal } from './output.js';
import { LOAD_HELP, loadCommand, type LoadCommandOptions } from './profiles-load.js';
import { deleteCommand, exportCommand, getCommand } from './profiles-visitor.js';

/** What the commands need from the house. */
export interface ProfileCommandParts {
  readonly settings: () => Settings;
  readonly openStore: (settings: Settings) => Promise<ProfileStore>;
  /** Whether the store is each process's own, which no command can change for another process. */
  readonly keepsProfilesInMemory: (settings: Settings) => boolean;
  readonly clock: Clock;
  readonly terminal: Terminal;
  readonly exit: (code: number) => void;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const EXIT_CANNOT = 2;
const IN_MEMORY =
  'profiles are kept in memory and are the lines of the files in PROFILES: change those files, ' +
  'or set REDIS_URL to keep profiles in Redis';
const VISITOR_HELP = `
The visitor is one of: --cookie ID, --ip ADDRESS, --ifa ID, --exchange NAME --user ID, --eid SOURCE --id ID.
`;
const GET_HELP = `${VISITOR_HELP}Of an address its networks are asked for as well.

Examples:
  narrowcast profiles get --cookie c-81f3
  narrowcast profiles get --ip 203.0.113.9 --json
`;
const DELETE_HELP = `${VISITOR_HELP}Of an address exactly that is erased, not the networks that others share.

Examples:
  narrowcast profiles delete --cookie c-81f3
  narrowcast profiles delete --exchange generic --user gx-1001
`;
const EXPORT_HELP = `${VISITOR_HELP}"profiles load" takes the lines. How often ads were shown is not in them: "profiles get --json" has that.

Examples:
  narrowcast profiles export --cookie c-81f3 --out visitor.ndjson
  narrowcast profiles export --eid ids.example --id E-77
`;

/** `narrowcast profiles load | get | delete | export` */
export function profilesCommand(parts: ProfileCommandParts): Command {
  const command = new Command('profiles').description(
    'Load, show, erase and hand out what is known of visitors.',
  );
  addLoad(command, parts);
  visitorCommand(command, 'get', 'Show what is known of a visitor. Exit code 1 when nothing is.')
    .option('--json', 'as JSON for scripts')
    .addHelpText('after', GET_HELP)
    .action(({ json, ...name }: VisitorName & { json?: boolean }) =>
      withStore(parts, 'reads', (store) =>
        getCommand(store, name, parts.terminal.stdout, { json: json === true, nowMs: parts.clock.nowMs() }),
      ),
    );
  visitorCommand(command, 'delete', 'Erase a visitor, and prove it. Exit code 1 when something is left.')
    .addHelpText('after', DELETE_HELP)
    .action((name: VisitorName) =>
      withStore(parts, 'changes', (store) => deleteCommand(store, name, parts.terminal.stdout)),
    );
  visitorCommand(
    command,
    'export',
    'Write the profiles of a visitor as lines. Exit code 1 when there is none.',
  )
    .option('--out <file>', 'instead of standard output')
    .addHelpText('after', EXPORT_HELP)
    .action(({ out, ...name }: VisitorName & { out?: string }) =>
      withStore(parts, 'reads', (store) => exportCommand(store, name, parts.terminal, out)),
    );
  return command;
}

function addLoad(parent: Command, parts: ProfileCommandParts): void {
  parent
    .command('load')
    .description('Put the profiles of files into the store.')
    .argument('<file...>', 'NDJSON files, also .gz, or - for standard input')
    .option(
      '--rejects <file>',
      'where rejected lines are listed (default: profiles-rejected.ndjson in DATA_DIR)',
    )
    .option('--resume', 'go on where an interrupted load of the same files stopped')
    .option('--json', 'the summary as JSON for scripts')
    .addHelpText('after', LOAD_HELP)
    .action((files: string[], options: LoadCommandOptions) =>
      withStore(parts, 'changes', async (store, settings) => {
        const stopping = stopOnSignal();
        const { clock, terminal } = parts;
        const context = { dataDir: settings.dataDir, clock, terminal, signal: stopping.signal };
        try {
          return await loadCommand(store, files, options, context);
        } finally {
          stopping.end();
        }
      }),
    );
}

function visitorCommand(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .option('--cookie <id>', 'our own cookie id')
    .option('--ip <address>', 'an IP address or network')
    .option('--ifa <id>', "a device's advertising id")
    .option('--exchange <name>', 'an exchange, with --user')
    .option('--user <id>', "an exchange's id of the user, with --exchange")
    .option('--eid <source>', 'the source of an extended id, with --id')
    .option('--id <id>', 'an extended id, with --eid');
}

/**
 * Opens the store, runs a command against it and closes it. Whatever goes wrong is exit code 2, the settings included:
 * 1 is an answer of the commands.
 */
async function withStore(
  parts: ProfileCommandParts,
  how: 'reads' | 'changes',
  run: (store: ProfileStore, settings: Settings) => Promise<number>,
): Promise<void> {
  let store: ProfileStore | undefined;
  try {
    const settings = parts.settings();
    if (how === 'changes' && parts.keepsProfilesInMemory(settings)) throw new Error(IN_MEMORY);
    store = await parts.openStore(settings);
    await whenReady(store);
    if (how === 'changes') await requireKnownKeys(store);
    parts.exit(await run(store, settings));
  } catch (error) {
    parts.terminal.stderr.write(`narrowcast: ${errorText(error)}\n`);
    parts.exit(EXIT_CANNOT);
  } finally {
    await store?.close();
  }
}

/** The first signal ends the load in order; a second one ends the process as if nobody listened. */
function stopOnSignal(): { readonly signal: AbortSignal; readonly end: () => void } {
  const controller = new AbortController();
  const stop = (): void => {
    end();
    controller.abort();
  };
  const end = (): void => {
    for (const signal of SIGNALS) process.removeListener(signal, stop);
  };
  for (const signal of SIGNALS) process.once(signal, stop);
  return { signal: controller.signal, end };
}
