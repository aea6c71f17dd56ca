import { eventTasks } from './micro/events.js';
import { exchangeTasks } from './micro/exchange.js';
import { noticeTasks } from './micro/notices.js';
import { pathTasks } from './micro/path.js';
import { pricingTasks } from './micro/pricing.js';
import { decodedProfileBytes, profileEncodingTasks } from './micro/profile-encoding.js';
import { profileTasks } from './micro/profile.js';
import { targetingTasks } from './micro/targeting.js';
import type { BenchTask } from './task.js';

interface BenchTable {
  readonly title: string;
  readonly tasks: () => readonly BenchTask[];
  /** Sentences below the table: what else was measured, such as memory. */
  readonly notes?: () => readonly string[];
}

/** Every table of the benchmark, in the order of the bid path. Made when asked for, since catalogues take a while. */
export const TABLES: readonly BenchTable[] = [
  { title: 'Decode and encode', tasks: exchangeTasks },
  { title: 'Profile', tasks: profileTasks },
  { title: 'Profile encoding', tasks: profileEncodingTasks, notes: decodedProfileBytes },
  { title: 'Match', tasks: targetingTasks },
  { title: 'Price', tasks: pricingTasks },
  { title: 'Sign and verify', tasks: noticeTasks },
  { title: 'Event log', tasks: eventTasks },
  { title: 'Whole path, without HTTP', tasks: pathTasks },
];
