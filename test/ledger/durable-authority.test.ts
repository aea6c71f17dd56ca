import { appendFile, cp, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { LeaseRequest } from '../../src/domain/ledger.js';
import { openDurableAuthority, type DurableAuthority } from '../../src/ledger/durable-authority.js';
import { ManualClock } from '../../src/lib/clock.js';
import { authorityContract } from './authority.contract.js';
import { DAY, settlementOf } from './ledger-samples.js';

const folders: string[] = [];
const opened: DurableAuthority[] = [];

afterEach(async () => {
  await Promise.allSettled(opened.splice(0).map((authority) => authority.close()));
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ledger-'));
  folders.push(folder);
  return folder;
}

type Options = Partial<Parameters<typeof openDurableAuthority>[0]>;

async function start(folder: string, options: Options = {}) {
  const clock = new ManualClock(1_728_000_000_000);
  const troubles: string[] = [];
  const onTrouble = (message: string): void => void troubles.push(message);
  const authority = await openDurableAuthority({ folder, clock, onTrouble, ...options });
  opened.push(authority);
  return { authority, clock, troubles };
}

/** What a process leaves that is killed at this moment. */
async function leftBy(folder: string): Promise<string> {
  const copy = await newFolder();
  await cp(folder, copy, { recursive: true });
  await rm(join(copy, 'lock'), { force: true });
  return copy;
}

async function impressions(authority: DurableAuthority): Promise<number | undefined> {
  return (await authority.statement('shoes', DAY))?.total.impressions;
}

const REQUEST = {
  campaign: 'shoes',
  holder: 'first000',
  flightDay: DAY,
  totalMicros: 100,
  dailyMicros: undefined,
  openMicros: 0,
  keepMicros: 0,
  wantMicros: 100,
  leastMicros: 100,
  reservedMicros: 0,
  heardCount: 0,
  leaseMs: 3_000,
  holdMs: 10_000,
} as unknown as LeaseRequest;

authorityContract('of one process, with a journal', async () => {
  const { authority, clock } = await start(await newFolder());
  return {
    authority,
    passMs: (ms) => {
      clock.advance(ms);
      return Promise.resolve();
    },
  };
});

describe('after the process was killed', () => {
  it('every answered billing is there, once', async () => {
    const folder = await newFolder();
    const { authority } = await start(folder);
    await Promise.all(Array.from({ length: 300 }, (_, i) => authority.settle(settlementOf(`first000-${i}`))));
    const after = await start(await leftBy(folder));
    expect(after.authority.report).toEqual({ snapshot: 'read', lines: 300, damagedLines: 0, tornFiles: 0 });
    expect(await after.authority.settle(settlementOf('first000-7'))).toBe('duplicate');
    expect(await impressions(after.authority)).toBe(300);
    expect(await after.authority.statement('shoes', DAY)).toEqual(await authority.statement('shoes', DAY));
  });

  it('its leases are held until its bids cannot be billed any more, however long nobody was there', async () => {
    const folder = await newFolder();
    const { authority } = await start(folder);
    expect((await authority.lease(REQUEST)).freeMicros).toBe(100);
    const clock = new ManualClock(1_728_000_000_000 + 365 * 24 * 3_600_000);
    const after = await start(await leftBy(folder), { clock });
    const ask = async () => (await after.authority.lease({ ...REQUEST, holder: 'second00' })).freeMicros;
    expect(await ask()).toBe(0);
    clock.advance(12_900);
    expect(await ask()).toBe(0);
    clock.advance(200);
    expect(await ask()).toBe(100);
  });

  it('a half-written last line is left out and told', async () => {
    const folder = await newFolder();
    const { authority } = await start(folder);
    await authority.settle(settlementOf('first000-1'));
    const left = await leftBy(folder);
    await appendFile(join(left, 'journal-1.ndjson'), '{"kind":"settle","nowMs":17280');
    const after = await start(left);
    expect(after.authority.report).toMatchObject({ lines: 1, damagedLines: 0, tornFiles: 1 });
    expect(after.troubles).toEqual([
      "the last line of the ledger's journal was written by half and left out",
    ]);
    expect(await impressions(after.authority)).toBe(1);
  });

  it('a damaged line in the middle is left out, counted and told', async () => {
    const folder = await newFolder();
    const { authority } = await start(folder);
    for (let i = 0; i < 3; i++) await authority.settle(settlementOf(`first000-${i}`));
    const left = await leftBy(folder);
    const path = join(left, 'journal-1.ndjson');
    const lines = (await readFile(path, 'utf8')).split('\n');
    lines[1] = '{"kind":"settle","nowMs":1,"settlement":{}}';
    await writeFile(path, lines.join('\n'));
    const after = await start(left);
    expect(after.authority.report).toMatchObject({ lines: 2, damagedLines: 1, tornFiles: 0 });
    expect(after.troubles).toHaveLength(1);
  });

  it('a damaged snapshot is kept aside and told', async () => {
    const folder = await newFolder();
    const first = await start(folder);
    await first.authority.settle(settlementOf('first000-1'));
    await first.authority.close();
    await writeFile(join(folder, 'snapshot.json'), '{"number":2,"state":{');
    const after = await start(folder);
    expect(after.authority.report.snapshot).toBe('damaged');
    expect(after.troubles[0]).toMatch(/^the ledger's snapshot is damaged/);
    expect(await readdir(folder)).toContain('snapshot.json.damaged');
    expect(await impressions(after.authority)).toBeUndefined();
  });

  it('it does not matter at which step of a compaction', async () => {
    const folder = await newFolder();
    const first = await start(folder);
    await first.authority.settle(settlementOf('first000-1'));
    const before = await leftBy(folder);
    await first.authority.close();
    // The new snapshot is there, and the journal that is part of it, too.
    await cp(join(before, 'journal-1.ndjson'), join(folder, 'journal-1.ndjson'));
    expect(await impressions((await start(folder)).authority)).toBe(1);
    // The new journal is begun, and the new snapshot is not there.
    const next = await start(before);
    await next.authority.settle(settlementOf('first000-2'));
    const left = await leftBy(before);
    await cp(join(folder, 'snapshot.json'), join(left, 'snapshot.json.tmp'));
    expect(await impressions((await start(left)).authority)).toBe(2);
  });
});

describe('the folder', () => {
  it('is compacted when the journal is long, and loses nothing', async () => {
    const folder = await newFolder();
    const { authority } = await start(folder, { journalBytesMax: 2_000 });
    for (let i = 0; i < 100; i++) await authority.settle(settlementOf(`first000-${i}`));
    const after = await start(await leftBy(folder));
    expect(after.authority.report.lines).toBeLessThan(100);
    expect(await impressions(after.authority)).toBe(100);
  });

  it('belongs to one process at a time', async () => {
    const folder = await newFolder();
    const { authority } = await start(folder);
    await expect(start(folder)).rejects.toThrow(/belongs to process \d+, which is running/);
    await authority.close();
    await expect(start(folder)).resolves.toBeDefined();
  });

  it.each(['999999999 123 abc\n', '', 'nonsense', `${process.pid} 1 abc\n`])(
    'is taken over from a dead process that left the lock %j',
    async (lock) => {
      const folder = await newFolder();
      await writeFile(join(folder, 'lock'), lock);
      await expect(start(folder)).resolves.toBeDefined();
    },
  );

  it('says that the disk is full, refuses, and has everything when there is room again', async () => {
    const folder = await newFolder();
    let isFull = false;
    const openFile = async (path: string) => {
      const file = await open(path, 'a');
      const refuse = () => Promise.reject(new Error('ENOSPC: no space left on device'));
      return {
        write: ((...told: Parameters<typeof file.write>) =>
          isFull ? refuse() : file.write(...told)) as typeof file.write,
        sync: () => file.sync(),
        close: () => file.close(),
      };
    };
    const { authority, troubles } = await start(folder, { openFile });
    await authority.settle(settlementOf('first000-1'));
    isFull = true;
    await expect(authority.settle(settlementOf('first000-2'))).rejects.toThrow('no space left');
    expect(authority.problem()).toMatch(/cannot be written: ENOSPC/);
    await expect(authority.lease(REQUEST)).rejects.toThrow('no space left');
    isFull = false;
    await expect.poll(() => authority.problem(), { timeout: 5_000 }).toBeUndefined();
    expect(await authority.settle(settlementOf('first000-2'))).toBe('duplicate');
    const after = await start(await leftBy(folder));
    expect(await impressions(after.authority)).toBe(2);
    expect(troubles).toHaveLength(1);
  });
});
