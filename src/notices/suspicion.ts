import type { SuspectReason } from '../domain/event.js';
import type { NoticeMetrics } from '../domain/ports.js';
import type { RuleMode } from '../domain/rule-mode.js';
import type { TrafficPolicy } from '../domain/traffic-policy.js';
import { hashString } from '../lib/hash.js';
import { hashIpWords } from '../lib/ip-words.js';
import { RateSketch } from '../lib/rate-sketch.js';
import { ClickTimes } from './click-times.js';
import type { NoticeDevice } from './device.js';
import type { Notice } from './notice.js';
import { ShownBids } from './shown-bids.js';

const MINUTE_MS = 60_000;

interface SuspicionParts {
  readonly metrics: Pick<NoticeMetrics, 'noticeSuspect'>;
  /** Of the hashes by which callers are counted; secret, since they choose what is hashed. */
  readonly seed: number;
  /** Wall clock at the start: of impressions before nothing is known. */
  readonly startedMs: number;
}

/**
 * Tells clicks and impressions that are no person's. Every rule that finds something is counted; the first that is on gives the reason.
 * What it remembers is bounded: the newest clicks and impressions by bid, and hashed counts of the last minute or two.
 */
export class Suspicion {
  readonly #metrics: SuspicionParts['metrics'];
  readonly #seed: number;
  readonly #shown: ShownBids;
  readonly #clicks = new ClickTimes();
  readonly #byAddress = new RateSketch(MINUTE_MS);
  readonly #byUser = new RateSketch(MINUTE_MS);

  constructor({ metrics, seed, startedMs }: SuspicionParts) {
    this.#metrics = metrics;
    this.#seed = seed;
    this.#shown = new ShownBids(startedMs);
  }

  /** Call for every genuine impression and billing. @param monotonicMs now */
  shown({ facts, timeMs }: Notice, monotonicMs: number): void {
    this.#shown.add(facts.bidId, timeMs, monotonicMs);
  }

  /** @returns why an impression is not counted; undefined when it is */
  ofImpression(device: NoticeDevice, policy: TrafficPolicy): SuspectReason | undefined {
    return this.#ofDevice(device, policy);
  }

  /**
   * Call once for every genuine click.
   *
   * @param monotonicMs now
   * @returns why it is not counted; undefined when it is
   */
  ofClick(
    notice: Notice,
    device: NoticeDevice,
    policy: TrafficPolicy,
    monotonicMs: number,
  ): SuspectReason | undefined {
    const { facts, ageMs } = notice;
    const { tooSoonAfterBid, tooSoonAfterImpression, repeated, withoutImpression, floods } = policy.clicks;
    let why = this.#ofDevice(device, policy);
    const found = (reason: SuspectReason, mode: RuleMode, isSo: boolean): void => {
      if (isSo && this.#found(reason, mode)) why ??= reason;
    };
    // Below 0 the clock of whoever made the bid is ahead, of which nothing follows.
    found('too-fast', tooSoonAfterBid.mode, ageMs >= 0 && ageMs < tooSoonAfterBid.withinMs);
    const shownMs = this.#shown.sinceMs(facts.bidId, monotonicMs);
    found('not-shown', withoutImpression, shownMs === undefined && this.#shown.knows(facts.bidAtMs));
    found(
      'just-shown',
      tooSoonAfterImpression.mode,
      shownMs !== undefined && shownMs < tooSoonAfterImpression.withinMs,
    );
    const sinceMs = this.#clicks.since(facts.bidId, monotonicMs);
    found('repeated', repeated.mode, sinceMs < repeated.withinMs);
    if (floods.mode !== 'off')
      found('flood', floods.mode, this.#isFlood(notice, device, floods, monotonicMs));
    return why;
  }

  #ofDevice({ address, userAgent }: NoticeDevice, policy: TrafficPolicy): SuspectReason | undefined {
    let why: SuspectReason | undefined;
    const isCrawler = policy.crawlers !== 'off' && policy.crawlerWords.find(userAgent) !== undefined;
    if (isCrawler && this.#found('crawler', policy.crawlers)) why = 'crawler';
    if (address === undefined) return why;
    for (const { mode, networks } of policy.addressLists)
      if (mode !== 'off' && networks.has(address) && this.#found('listed-address', mode))
        why ??= 'listed-address';
    return why;
  }

  /** Both are counted, whichever has too many. */
  #isFlood(
    { facts }: Notice,
    { address }: NoticeDevice,
    { perAddressMax, perUserMax }: TrafficPolicy['clicks']['floods'],
    monotonicMs: number,
  ): boolean {
    const ofAddress =
      address === undefined ? 0 : this.#byAddress.add(hashIpWords(address, this.#seed), monotonicMs);
    const [user] = facts.frequencyNames;
    const ofUser = user === undefined ? 0 : this.#byUser.add(hashString(user, this.#seed), monotonicMs);
    return ofAddress > perAddressMax || ofUser > perUserMax;
  }

  /** @returns whether the rule is on */
  #found(reason: SuspectReason, mode: RuleMode): boolean {
    if (mode === 'off') return false;
    this.#metrics.noticeSuspect(reason, mode);
    return mode === 'on';
  }
}
