import { z } from 'zod';
import { currencyFromText, type Micros } from '../domain/money.js';
import type { Clock } from '../lib/clock.js';
import type { Finding } from './finding.js';
import type { AmountsBefore } from './jumps.js';
import { orWarning } from './kept-files.js';
import type { LastGoodStore } from './last-good.js';

const KEPT_DAYS = 30;
const KEPT_MS = KEPT_DAYS * 86_400_000;
const CAMPAIGNS_MAX = 10_000;
/** Within the store of last good copies; no folder of the configuration has this name. */
const FOLDER = 'former/';

/**
 * What campaigns were worth that no file runs any more. A price that jumps is told by the campaign's id and not by its
 * file, so that a file under a new name, or deleted and made anew, is measured like one that was changed.
 *
 * Held in memory, the longest gone first, and in a small file for each campaign beside the last good copies. Dropped
 * after 30 days, and beyond 10,000 campaigns.
 */
export interface FormerCampaigns {
  /** @returns undefined for a campaign that never ran, or ended longer ago */
  find(campaignId: string): Promise<AmountsBefore | undefined>;
  /** Takes down what a campaign was worth that ends now. @returns a warning when that could not be stored */
  remember(ended: AmountsBefore & { readonly id: string }): Promise<readonly Finding[]>;
}

interface Former {
  readonly amounts: AmountsBefore;
  readonly endedMs: number;
}

export function keepFormerCampaigns(store: LastGoodStore, clock: Clock): FormerCampaigns {
  let reading: Promise<Map<string, Former>> | undefined;
  const known = (): Promise<Map<string, Former>> => (reading ??= readFormer(store));

  const drop = async (formers: Map<string, Former>, id: string): Promise<void> => {
    formers.delete(id);
    await store.remove(fileOf(id));
  };
  const dropOldest = async (formers: Map<string, Former>): Promise<void> => {
    for (const [id, { endedMs }] of formers) {
      if (formers.size <= CAMPAIGNS_MAX && clock.nowMs() - endedMs <= KEPT_MS) return;
      await drop(formers, id);
    }
  };

  return {
    find: async (campaignId) => {
      const formers = await known();
      await dropOldest(formers);
      return formers.get(campaignId)?.amounts;
    },
    remember: async ({ id, file, budget, lineItems }) => {
      const formers = await known();
      const endedMs = clock.nowMs();
      const bids = lineItems.map((lineItem) => ({
        id: lineItem.id,
        bid: { amountMicros: lineItem.bid.amountMicros },
      }));
      const { totalMicros, dailyMicros, currency } = budget;
      const amounts = { file, budget: { totalMicros, dailyMicros, currency }, lineItems: bids };
      formers.delete(id);
      formers.set(id, { amounts, endedMs });
      await dropOldest(formers);
      const loss = `the amounts of campaign "${id}", which ended, could not be kept to measure a new version by`;
      return orWarning(`campaigns/${file}`, loss, () =>
        store.write(fileOf(id), JSON.stringify(amounts), endedMs),
      );
    },
  };
}

function fileOf(id: string): string {
  return `${FOLDER}${id}.json`;
}

/** @returns the longest gone first */
async function readFormer(store: LastGoodStore): Promise<Map<string, Former>> {
  const formers: [string, Former][] = [];
  for (const file of (await store.list()).filter((name) => name.startsWith(FOLDER))) {
    const copy = await store.read(file);
    const amounts = copy && amountsFrom(Buffer.from(copy.bytes).toString());
    if (!amounts) continue;
    const id = file.slice(FOLDER.length, -'.json'.length);
    formers.push([id, { amounts, endedMs: copy.savedMs }]);
  }
  return new Map(formers.sort(([, a], [, b]) => a.endedMs - b.endedMs));
}

const micros = z.int().transform((value) => value as Micros);
const currency = z.string().transform((code, context) => {
  const known = currencyFromText(code);
  if (known === undefined) context.addIssue('no currency');
  return known ?? z.NEVER;
});
const writtenAmounts = z.object({
  file: z.string(),
  budget: z.object({ totalMicros: micros, dailyMicros: micros.optional(), currency }),
  lineItems: z.array(z.object({ id: z.string(), bid: z.object({ amountMicros: micros }) })),
});

/** What is damaged is as good as absent, like every last good copy. */
function amountsFrom(text: string): AmountsBefore | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const { data } = writtenAmounts.safeParse(value);
  return data && { ...data, budget: { ...data.budget, dailyMicros: data.budget.dailyMicros } };
}
