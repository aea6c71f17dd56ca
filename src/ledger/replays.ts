const PAUSE_MS_MIN = 1_000;
const PAUSE_MS_MAX = 30_000;

/**
 * Which campaigns' billings have to be told again from the log, because their accounts are new or because some could not wait in
 * memory. One reading of the log at a time, for all that are wanted by then; what fails is tried again after a pause.
 */
export class Replays {
  readonly #replay: (campaigns: readonly string[] | undefined) => Promise<void>;
  readonly #onTrouble: (message: string) => void;
  readonly #wanted = new Set<string>();
  /** Campaigns that get no money until it is done. */
  readonly #blocked = new Set<string>();
  #wantsAll = false;
  #isRunning = false;
  #failed = false;
  #pauseMs = PAUSE_MS_MIN;
  #notBeforeMs = -Infinity;

  constructor(
    replay: (campaigns: readonly string[] | undefined) => Promise<void>,
    onTrouble: (message: string) => void,
  ) {
    this.#replay = replay;
    this.#onTrouble = onTrouble;
  }

  want(campaign: string): void {
    this.#wanted.add(campaign);
  }

  /** An account is new: others will be, too, of which nobody has heard yet. @param campaign gets no money until it is done */
  wantAll(campaign: string): void {
    this.#wantsAll = true;
    this.#blocked.add(campaign);
  }

  blocks(campaign: string): boolean {
    return this.#blocked.size > 0 && this.#blocked.has(campaign);
  }

  tick(nowMs: number): void {
    if (this.#failed) {
      this.#failed = false;
      this.#notBeforeMs = nowMs + this.#pauseMs;
      this.#pauseMs = Math.min(PAUSE_MS_MAX, 2 * this.#pauseMs);
    }
    const isWanted = this.#wantsAll || this.#wanted.size > 0;
    if (this.#isRunning || !isWanted || nowMs < this.#notBeforeMs) return;
    const campaigns = this.#wantsAll ? undefined : [...this.#wanted];
    const blocked = [...this.#blocked];
    this.#wanted.clear();
    this.#wantsAll = false;
    this.#isRunning = true;
    void this.#run(campaigns, blocked);
  }

  async #run(campaigns: readonly string[] | undefined, blocked: readonly string[]): Promise<void> {
    try {
      await this.#replay(campaigns);
      this.#pauseMs = PAUSE_MS_MIN;
      // What was wiped again meanwhile waits for the next reading.
      if (!this.#wantsAll) for (const campaign of blocked) this.#blocked.delete(campaign);
    } catch (error) {
      this.#failed = true;
      this.#wantsAll ||= campaigns === undefined;
      for (const campaign of campaigns ?? []) this.#wanted.add(campaign);
      this.#onTrouble(
        `billings cannot be told again from the log: ${error instanceof Error ? error.message : String(error)}`,
      );
    } finally {
      this.#isRunning = false;
    }
  }
}
