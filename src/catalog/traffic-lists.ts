import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CRAWLER_WORDS } from '../domain/crawlers.js';
import type { AddressList, TrafficPolicy } from '../domain/traffic-policy.js';
import type { Clock } from '../lib/clock.js';
import { networkSetSteps, type NetworkSet } from '../lib/network-set.js';
import type { Steps } from '../lib/steps.js';
import { TextFinder } from '../lib/text-finder.js';
import { wholeFileFinding, type Finding } from './finding.js';
import { orWarning } from './kept-files.js';
import type { LastGoodStore } from './last-good.js';
import { NETWORK_FILE_BYTES_MAX, readNetworkFile, type NetworkFile } from './network-file.js';
import type { TrafficSettings } from './schema/traffic.js';

/** A file that was changed so shortly before it was read may change again without its time telling. */
const UNSETTLED_MS = 2_000;

interface ListsOptions {
  readonly configDir: string;
  readonly lastGood: LastGoodStore;
  readonly clock: Clock;
}

interface KeptList {
  /** Modification time, size and number; undefined when the file must be read again whatever they say. */
  stamp: string | undefined;
  hash: string | undefined;
  present: NetworkFile;
  lastGood: { readonly networks: NetworkSet; readonly savedMs: number } | undefined;
}

export interface TrafficLists {
  /**
   * Reads the lists that the settings name, as far as they changed. What a list cannot tell, its last good version does.
   *
   * @param problems gets what is wrong with the lists
   * @returns the same object as before when nothing changed
   */
  policyOf(settings: TrafficSettings, problems: Finding[]): Promise<TrafficPolicy>;
}

/** The lists of addresses beside `traffic.json`, through their versions. They are read a little at a time, since they can be long. */
export function keepTrafficLists(options: ListsOptions): TrafficLists {
  const lists = new Map<string, KeptList>();
  let made: { settings: TrafficSettings; sets: readonly unknown[]; policy: TrafficPolicy } | undefined;
  return {
    policyOf: async (settings, problems) => {
      const named = new Set(settings.addressLists.map(({ file }) => file));
      for (const file of lists.keys()) {
        if (named.has(file)) continue;
        lists.delete(file);
        await options.lastGood.remove(file);
      }
      for (const file of named) await refresh(options, lists, file, problems);
      const addressLists: AddressList[] = settings.addressLists.flatMap(({ file, mode }) => {
        const networks = lists.get(file)?.lastGood?.networks;
        return networks ? [{ file, mode, networks }] : [];
      });
      const sets = addressLists.map(({ networks }) => networks);
      const isSame = made?.settings === settings && made.sets.every((set, i) => set === sets[i]);
      if (made && isSame && made.sets.length === sets.length) return made.policy;
      made = { settings, sets, policy: await policyWith(settings, addressLists) };
      return made.policy;
    },
  };
}

async function policyWith(
  settings: TrafficSettings,
  addressLists: readonly AddressList[],
): Promise<TrafficPolicy> {
  const { crawlers, impossibleDevices, spoofedInventory, rates, duplicates, unknownUsers, clicks } = settings;
  return {
    crawlers: crawlers.mode,
    crawlerWords: new TextFinder([...CRAWLER_WORDS, ...crawlers.more]),
    addressLists,
    impossibleDevices: impossibleDevices.mode,
    spoofedInventory: spoofedInventory.mode,
    rates: { mode: rates.mode, perAddressMax: rates.perAddress, perUserMax: rates.perUser },
    duplicates: { mode: duplicates.mode, withinMs: duplicates.withinSeconds * 1_000 },
    unknownUsers: unknownUsers.mode,
    clicks: {
      tooSoonAfterBid: timed(clicks.tooSoonAfterBid),
      tooSoonAfterImpression: timed(clicks.tooSoonAfterImpression),
      repeated: { mode: clicks.repeated.mode, withinMs: clicks.repeated.seconds * 1_000 },
      withoutImpression: clicks.withoutImpression.mode,
      floods: {
        mode: clicks.floods.mode,
        perAddressMax: clicks.floods.perAddress,
        perUserMax: clicks.floods.perUser,
      },
    },
    ownProxies: await finished(networkSetSteps(settings.ownProxies)),
    notifyingServers: await finished(networkSetSteps(settings.notifyingServers)),
  };
}

function timed({ mode, milliseconds }: TrafficSettings['clicks']['tooSoonAfterBid']) {
  return { mode, withinMs: milliseconds };
}

async function refresh(
  { configDir, lastGood, clock }: ListsOptions,
  lists: Map<string, KeptList>,
  file: string,
  problems: Finding[],
): Promise<void> {
  const list = lists.get(file) ?? (await formerList(lastGood, file));
  lists.set(file, list);
  try {
    const { mtimeMs, size, ino } = await stat(join(configDir, file));
    const stamp = `${mtimeMs} ${size} ${ino}`;
    if (stamp !== list.stamp) {
      const readMs = clock.nowMs();
      if (size > NETWORK_FILE_BYTES_MAX)
        throw new Error(`the file is larger than ${NETWORK_FILE_BYTES_MAX} bytes`);
      const bytes = await readFile(join(configDir, file));
      const hash = createHash('sha256').update(bytes).digest('base64');
      if (hash !== list.hash) {
        list.hash = hash;
        list.present = await finished(readNetworkFile(bytes, file));
        if (list.present.good) {
          list.lastGood = { networks: list.present.networks, savedMs: mtimeMs };
          const loss = 'no copy of this version could be kept for the next start';
          const text = bytes.toString('utf8');
          problems.push(...(await orWarning(file, loss, () => lastGood.write(file, text, mtimeMs))));
        }
      }
      list.stamp = Math.abs(readMs - mtimeMs) > UNSETTLED_MS ? stamp : undefined;
    }
  } catch (error) {
    list.stamp = list.hash = undefined;
    list.present = { good: false, problems: [wholeFileFinding(file, faultText(error))] };
  }
  if (list.present.good) return;
  const consequence = list.lastGood
    ? `the version of ${minuteText(list.lastGood.savedMs)} keeps running`
    : 'nothing of this file is in use';
  for (const problem of list.present.problems) problems.push({ ...problem, consequence });
}

/** A list as it stood when this program last ran. */
async function formerList(lastGood: LastGoodStore, file: string): Promise<KeptList> {
  const copy = await lastGood.read(file);
  const read = copy && (await finished(readNetworkFile(copy.bytes, file)));
  return {
    stamp: undefined,
    hash: undefined,
    present: { good: false, problems: [] },
    lastGood: copy && read?.good ? { networks: read.networks, savedMs: copy.savedMs } : undefined,
  };
}

async function finished<Result>(steps: Steps<Result>): Promise<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await nextTurn();
  }
}

function faultText(error: unknown): string {
  if (!(error instanceof Error)) throw error;
  if (!('code' in error)) return error.message;
  return error.code === 'ENOENT' ? 'the file is missing' : `the file cannot be read (${String(error.code)})`;
}

function minuteText(instantMs: number): string {
  return `${new Date(instantMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
