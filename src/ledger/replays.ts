const PAUSE_MS_MIN = 1_000;
const PAUSE_MS_MAX = 30_000;

/**
 * Which campaigns' billings have to be told again from the log, because their accounts are new or because some could not wait in
 * memory. One reading of the log at a time, for all that are wanted by then; what fails is tried again after a pause.
 */
export class Replays {
  readonly #replay: (campaigns: readonly string[]) => Promise<void>;
  readonly #onTrouble: (message: string) => void;
  readonly #wanted = new Set<string>();
  /** Campaigns that get no money until it is done. */
  readonly #blocked = new Set<string>();
  #isRunning = false;
  #failed = false;
  #pauseMs = PAUSE_MS_MIN;
  #notBeforeMs = -Infinity;

  constructor(replay: (campaigns: readonly string[]) => Promise<void>, onTrouble: (message: string) => void) {
    this.#replay = replay;
    this.#onTrouble = onTrouble;
  }

  /** @param blocks whether the campaign gets no money until it is done */
  want(campaign: string, blocks = false): void {
    this.#wanted.add(campaign);
    if (blocks) this.#blocked.add(campaign);
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
    if (this.#isRunning || this.#wanted.size === 0 || nowMs < this.#notBeforeMs) return;
    const campaigns = [...this.#wanted];
    this.#wanted.clear();
    this.#isRunning = true;
    void this.#run(campaigns);
  }

  async #run(campaigns: readonly string[]): Promise<void> {
    try {
      await this.#replay(campaigns);
      this.#pauseMs = PAUSE_MS_MIN;
      for (const campaign of campaigns) if (!this.#wanted.has(campaign)) this.#blocked.delete(campaign);
    } catch (error) {
      this.#failed = true;
      for (const campaign of campaigns) this.#wanted.add(campaign);
      this.#onTrouble(
        `billings cannot be told again from the log: ${error instanceof Error ? error.message : String(error)}`,
      );
    } finally {
      this.#isRunning = false;
    }
  }
}
