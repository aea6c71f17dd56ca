import { hashString } from '../lib/hash.js';

/**
 * What happened between an advertisement and a person, as their frequency log has it. Nothing in a log is ever changed:
 * who reads it folds the records of one bid together, so that it does not matter in which order they were
 * written, or how often, or into which of a person's logs.
 */
export interface FrequencyRecord {
  readonly kind: FrequencyKind;
  readonly bidId: string;
  readonly atMs: number;
  /** With `reserved`: until when the bid counts as an impression unless it is known what became of it. Else 0. */
  readonly heldUntilMs: number;
  /** What it counts for: hashes of 32 bits (`frequencyHash`). */
  readonly advertiser: number;
  readonly campaign: number;
  readonly lineItem: number;
}

/** reserved: a bid was made; shown: it became an impression; released: it was lost; clicked: the impression was clicked. */
export const FREQUENCY_KINDS = ['reserved', 'shown', 'released', 'clicked'] as const;
export type FrequencyKind = (typeof FREQUENCY_KINDS)[number];

/** What is known of how often a visitor has seen what. */
export interface VisitorFrequency {
  /** Names of the person's own logs: our cookie, the exchange's user id, the phone; the most trusted first. */
  readonly personNames: readonly string[];
  /** Name of the log of the address. */
  readonly householdName: string | undefined;
  /** Of all the person's logs together; undefined when they could not be read. */
  readonly personRecords: readonly FrequencyRecord[] | undefined;
  readonly householdRecords: readonly FrequencyRecord[] | undefined;
}

/** Where frequency logs are written to. */
export interface FrequencyLogs {
  /**
   * Adds a record to each of the logs. Returns at once; counts what could not be written.
   *
   * @param names pseudonyms of ours, from a lookup or a token
   */
  record(names: readonly string[], record: FrequencyRecord): void;
}

/** Writes nothing down: for explanations, benchmarks and tests. */
export const SILENT_FREQUENCY: FrequencyLogs = { record: () => undefined };

/** Nobody is known, so nothing can be counted. */
export const NOBODY_SEEN: VisitorFrequency = {
  personNames: [],
  householdName: undefined,
  personRecords: undefined,
  householdRecords: undefined,
};

/** What impressions are counted of, as records have it. */
export type FrequencyHashes = Pick<FrequencyRecord, 'advertiser' | 'campaign' | 'lineItem'>;

/**
 * Line items are named within their campaign, so their hash takes both ids. Two ids of one kind that one visitor sees meet in
 * a hash once in four thousand millions: then a cap is reached too early.
 */
export function frequencyHash(kind: keyof FrequencyHashes, id: string): number {
  return hashString(id, hashString(kind));
}

/** The hashes of a bid, by the ids of its campaign file. */
export function frequencyHashes(ids: {
  readonly advertiser: string;
  readonly campaign: string;
  readonly lineItem: string;
}): FrequencyHashes {
  return {
    advertiser: frequencyHash('advertiser', ids.advertiser),
    campaign: frequencyHash('campaign', ids.campaign),
    lineItem: frequencyHash('lineItem', `${ids.campaign}/${ids.lineItem}`),
  };
}
