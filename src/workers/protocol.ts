import type { AppAnswers } from '../app.js';
import type { MetricFigures } from '../metrics/merge.js';

/** What a supervisor asks a worker, and what the answer is. */
export interface Questions {
  readonly metrics: { readonly asks: undefined; readonly answer: MetricFigures };
  readonly delivery: {
    readonly asks: { readonly campaign: string | undefined };
    readonly answer: Awaited<ReturnType<AppAnswers['delivery']>>;
  };
  readonly explain: {
    readonly asks: {
      readonly exchange: string;
      readonly body: Uint8Array;
      readonly campaign: string | undefined;
    };
    readonly answer: Awaited<ReturnType<AppAnswers['explain']>>;
  };
}

export type Topic = keyof Questions;

export type Question = {
  readonly [About in Topic]: { readonly about: About; readonly asks: Questions[About]['asks'] };
}[Topic];

export type ToWorker =
  | { readonly kind: 'ask'; readonly id: number; readonly question: Question }
  /** Finish. @param lingerMs how long callers may take to find another worker; 0 when there is none */
  | { readonly kind: 'leave'; readonly lingerMs: number };

export type FromWorker =
  | { readonly kind: 'beat' }
  /** It listens, and requests should be sent to it. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly message: string }
  /** It could not start. */
  | { readonly kind: 'failure'; readonly message: string }
  /** It has finished, and has measured this. */
  | { readonly kind: 'farewell'; readonly figures: MetricFigures };

/** How often a worker says that it is there. */
export const BEAT_MS = 1_000;
