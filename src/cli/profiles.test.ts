import {
  chmodSync,
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMapStore } from '../../test/support/map-store.js';
import type { ProfileStore } from '../domain/ports.js';
import { ManualClock } from '../lib/clock.js';
import { readSettings } from '../settings.js';
import { progressText } from './load-progress.js';
import { profilesCommand, type ProfileCommandParts } from './profiles.js';

const NOW_MS = Date.UTC(2026, 10, 20);
const RUNNER = '{"id":{"cookie":"c-1"},"segments":{"runner":"2026-12-31"},"people":{"age":31}}';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'narrowcast-cli-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

interface Ran {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(store: ProfileStore, args: readonly string[], inMemory = false, stdin = ''): Promise<Ran> {
  return runWith(
    { openStore: () => Promise.resolve(store), keepsProfilesInMemory: () => inMemory },
    args,
    stdin,
  );
}

async function runWith(
  parts: Partial<ProfileCommandParts>,
  args: readonly string[],
  stdin = '',
): Promise<Ran> {
  let [stdout, stderr] = ['', ''];
  let code: number | undefined;
  const command = profilesCommand({
    settings: () => readSettings({ DATA_DIR: dir }),
    openStore: () => Promise.resolve(createMapStore()),
    keepsProfilesInMemory: () => false,
    clock: new ManualClock(NOW_MS),
    terminal: {
      stdin: Readable.from([Buffer.from(stdin)]),
      stdout: { write: (text) => (stdout += text) },
      stderr: { write: (text) => (stderr += text) },
    },
    exit: (exitCode) => (code = exitCode),
    ...parts,
  });
  await command.parseAsync(args, { from: 'user' });
  return { code, stdout, stderr };
}

function file(name: string, ...lines: string[]): string {
  writeFileSync(join(dir, name), lines.join('\n'));
  return join(dir, name);
}

describe('narrowcast profiles load', () => {
  it('tells what was taken and what was not', async () => {
    const input = file(
      'a.ndjson',
      RUNNER,
      'bad',
      '{"id":{"cookie":"c-2"},"segments":{"old":"2020-01-01"}}',
      'bad',
    );
    const { code, stdout, stderr } = await run(createMapStore(), ['load', input]);
    expect(stdout).toBe(
      `2 profiles taken, in 0.0 s (2,000/s)\n` +
        `2 lines rejected, listed in ${dir}/profiles-rejected.ndjson:\n` +
        `          2  the line: expected one JSON object\n` +
        `1 segment left out, ended already\n`,
    );
    expect([code, stderr]).toEqual([1, '']);
  });

  it('is 0 when every line was taken, from standard input too, and tells scripts so', async () => {
    const { code, stdout } = await run(createMapStore(), ['load', '-', '--json'], false, RUNNER);
    expect(JSON.parse(stdout)).toMatchObject({ end: 'complete', taken: 1, rejected: 0, rejectedBy: {} });
    expect(code).toBe(0);
  });

  it('is 2 with the reason when the store takes no more, and can be resumed', async () => {
    const input = file('a.ndjson', RUNNER, '{"id":{"cookie":"c-2"}}');
    const broken = createMapStore(() => Promise.reject(new Error('READONLY')));
    const stopped = await run(broken, ['load', input]);
    expect(stopped.code).toBe(2);
    expect(stopped.stderr).toContain(
      'narrowcast: the store refuses profiles: READONLY\nGive the same files with --resume to go on from here.\n',
    );
    expect((await run(createMapStore(), ['load', input, '--resume'])).code).toBe(0);
  }, 20_000);

  it('is 2 when there is nothing to begin with', async () => {
    expect(await run(createMapStore(), ['load', join(dir, 'missing')])).toMatchObject({
      code: 2,
      stdout: '',
    });
    const { stderr } = await run(createMapStore(), ['load', file('a', RUNNER), '--resume']);
    expect(stderr).toContain('narrowcast: there is no interrupted load to resume');
  });

  it('shows how far it is', () => {
    const totals = { taken: 12_000, rejected: 3, segmentsEnded: 0, rejectedBy: new Map<string, number>() };
    const load = { totals, bytesTotal: 2_000_000, bytesRead: () => 1_000_000 };
    expect(progressText(load, 24_000, true)).toBe(
      '[############------------]  50 %  12,000 taken  3 rejected  24,000/s',
    );
    expect(progressText(load, 24_000, false)).toBe(' 50 %  12,000 taken  3 rejected  24,000/s');
    expect(progressText({ ...load, bytesTotal: undefined }, 24_000, true)).toBe(
      '1 MB read  12,000 taken  3 rejected  24,000/s',
    );
  });
});

describe('narrowcast profiles get, export and delete', () => {
  async function loaded() {
    const store = createMapStore();
    const network = '{"id":{"ip":"203.0.113.0/24"},"segments":{"campus":null}}';
    const address = '{"id":{"ip":"203.0.113.9"},"stage":"new"}';
    await run(store, ['load', file('a.ndjson', RUNNER, network, address)]);
    return store;
  }

  it('show what is known, and of an address under which of its networks', async () => {
    const store = await loaded();
    expect(await run(store, ['get', '--cookie', 'c-1'])).toEqual({
      code: 0,
      stdout: 'cookie c-1\n  person     31 years old\n  segments   runner until 2026-12-31\n',
      stderr: '',
    });
    expect((await run(store, ['get', '--ip', '203.0.113.7'])).stdout).toBe(
      'network 203.0.113.0/24\n  segments   campus for good\nNothing under address 203.0.113.7.\n',
    );
    expect(await run(store, ['get', '--ifa', 'x'])).toMatchObject({
      code: 1,
      stdout: 'Nothing is known of device x.\n',
    });
    expect(JSON.parse((await run(store, ['get', '--cookie', 'c-1', '--json'])).stdout)).toEqual({
      records: [
        { id: { cookie: 'c-1' }, profile: { segments: { runner: '2026-12-31' }, people: { age: 31 } } },
      ],
    });
  });

  it('hand out lines that can be loaded', async () => {
    const store = await loaded();
    expect((await run(store, ['export', '--cookie', 'c-1'])).stdout).toBe(`${RUNNER}\n`);
    const out = join(dir, 'out.ndjson');
    await run(store, ['export', '--cookie', 'c-1', '--out', out]);
    expect(readFileSync(out, 'utf8')).toBe(`${RUNNER}\n`);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const other = createMapStore();
    await run(other, ['load', out]);
    expect([...other.records]).toEqual([...store.records].filter(([key]) => key === 'c:c-1'));
    expect((await run(store, ['export', '--cookie', 'nobody'])).code).toBe(1);
  });

  it('leave no export readable for all because a file of that name was', async () => {
    const store = await loaded();
    const out = file('out.ndjson', 'older and longer than what is exported, '.repeat(10));
    chmodSync(out, 0o644);
    const seenBefore = openSync(out, 'r');
    expect((await run(store, ['export', '--cookie', 'c-1', '--out', out])).code).toBe(0);
    expect(readFileSync(out, 'utf8')).toBe(`${RUNNER}\n`);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    expect(readFileSync(seenBefore, 'utf8')).not.toContain('runner');
    closeSync(seenBefore);
    expect(readdirSync(dir).filter((name) => name.startsWith('out'))).toEqual(['out.ndjson']);
  });

  it('export to nothing but a file', async () => {
    const store = await loaded();
    symlinkSync('/dev/null', join(dir, 'link'));
    for (const out of [dir, join(dir, 'link')]) {
      const { code, stderr } = await run(store, ['export', '--cookie', 'c-1', '--out', out]);
      expect([code, stderr]).toEqual([
        2,
        `narrowcast: ${out} is there and no plain file: name another one\n`,
      ]);
    }
    expect((await run(store, ['export', '--cookie', 'c-1', '--out', join(dir, 'no', 'out')])).code).toBe(2);
  });

  it('erase exactly the one that was named, and prove it', async () => {
    const store = await loaded();
    expect(await run(store, ['delete', '--cookie', 'c-1'])).toMatchObject({
      code: 0,
      stdout: '1 record erased; nothing is left.\n',
    });
    expect((await run(store, ['get', '--cookie', 'c-1'])).code).toBe(1);
    expect((await run(store, ['delete', '--ip', '203.0.113.9'])).stdout).toBe(
      '1 record erased; nothing is left.\n' +
        "The network 203.0.113.0/24 is known too; it is not this visitor's alone and was left.\n",
    );
    const stubborn = { ...(await loaded()), erase: () => Promise.resolve(1) };
    expect(await run(stubborn, ['delete', '--cookie', 'c-1'])).toMatchObject({
      code: 1,
      stdout: '1 record erased; 1 record still there: delete again.\n',
    });
  });

  it('do not call it proof that nothing is left where nothing was known', async () => {
    expect(await run(await loaded(), ['delete', '--cookie', 'c-9'])).toMatchObject({
      code: 0,
      stdout: 'Nothing was known of cookie c-9; nothing is left.\n',
    });
  });

  it('change nothing with keys that the store does not know', async () => {
    const store = await loaded();
    const puts = store.puts.length;
    const stranger = { ...store, keysProblem: () => Promise.resolve('other keys') };
    for (const args of [
      ['load', file('b.ndjson', RUNNER)],
      ['delete', '--cookie', 'c-1'],
    ]) {
      expect(await run(stranger, args)).toEqual({ code: 2, stdout: '', stderr: 'narrowcast: other keys\n' });
    }
    expect([store.puts.length, store.records.has('c:c-1')]).toEqual([puts, true]);
  });

  it('wait for a store that is still connecting', async () => {
    let looks = 0;
    const problem = () => (++looks < 4 ? 'not connected' : undefined);
    expect((await run({ ...(await loaded()), problem }, ['get', '--cookie', 'c-1'])).code).toBe(0);
  });

  it('say what is wrong with a name', async () => {
    const { code, stderr } = await run(createMapStore(), ['get', '--cookie', 'c', '--ip', '192.0.2.1']);
    expect(code).toBe(2);
    expect(stderr).toContain('narrowcast: id is cookie with ip, expected one of cookie, ip, ifa');
  });

  it('change nothing where each process keeps its own profiles', async () => {
    const store = await loaded();
    for (const args of [
      ['load', 'x'],
      ['delete', '--cookie', 'c-1'],
    ]) {
      const { code, stderr } = await run(store, args, true);
      expect(code).toBe(2);
      expect(stderr).toContain('are the lines of the files in PROFILES');
    }
    expect((await run(store, ['get', '--cookie', 'c-1'], true)).code).toBe(0);
  });
});

describe('every narrowcast profiles command', () => {
  const commands = ['get', 'delete', 'export'].map((name) => [name, '--cookie', 'c-1']);
  commands.push(['load', 'a.ndjson']);

  it('is 2, and not a 1 that means something else, when a setting or the store cannot be used', async () => {
    const settings = () => readSettings({ PORT: 'many' });
    const openStore = () => Promise.reject(new Error('REDIS_URL is "x"'));
    for (const args of commands) {
      const badSetting = await runWith({ settings }, args);
      expect(badSetting).toMatchObject({ code: 2, stdout: '' });
      expect(badSetting.stderr).toBe(
        'narrowcast: PORT is "many" but must be a whole number from 0 to 65535\n',
      );
      expect(await runWith({ openStore }, args)).toEqual({
        code: 2,
        stdout: '',
        stderr: 'narrowcast: REDIS_URL is "x"\n',
      });
    }
  });

  it('is 2 and says where when the program is at fault', async () => {
    const openStore = () => Promise.reject(new TypeError('not a function'));
    const { code, stderr } = await runWith({ openStore }, ['get', '--cookie', 'c-1']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^narrowcast: TypeError: not a function\n +at /);
  });
});
