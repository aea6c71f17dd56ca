import { timedTable } from './measure.js';
import { eventTasks } from './micro/events.js';
import { exchangeTasks } from './micro/exchange.js';
import { frequencyNotes, frequencyTasks } from './micro/frequency.js';
import { gatesTable } from './micro/gates.js';
import { hitRatioTable } from './micro/hit-ratio.js';
import { indexTable } from './micro/index-growth.js';
import { ledgerMemoryTable, ledgerTable } from './micro/ledger.js';
import { listsTable } from './micro/lists.js';
import { moneyTasks } from './micro/money.js';
import { noticeTasks } from './micro/notices.js';
import { pathTasks } from './micro/path.js';
import { pricingTasks } from './micro/pricing.js';
import { privacyTasks } from './micro/privacy.js';
import { profileCacheTasks } from './micro/profile-cache.js';
import { profileEncodingNotes, profileEncodingTasks } from './micro/profile-encoding.js';
import { profileMemoryTable } from './micro/profile-memory.js';
import { profileTasks } from './micro/profile.js';
import { redisLookupTable } from './micro/redis-lookup.js';
import { redisPathTable } from './micro/redis-path.js';
import { targetingTasks } from './micro/targeting.js';
import { trafficTasks } from './micro/traffic.js';
import type { BenchTable } from './table.js';

/** Every table of the benchmark, in the order of the bid path. */
export const TABLES: readonly BenchTable[] = [
  timedTable('Decode and encode', exchangeTasks),
  timedTable('Invalid traffic', trafficTasks),
  timedTable('Privacy', privacyTasks),
  gatesTable,
  timedTable('Profile', profileTasks),
  timedTable('Profile cache', profileCacheTasks),
  redisLookupTable,
  timedTable('Profile encoding', profileEncodingTasks, profileEncodingNotes),
  profileMemoryTable,
  hitRatioTable,
  timedTable('Match', targetingTasks),
  indexTable,
  listsTable,
  timedTable('Frequency caps', frequencyTasks, frequencyNotes),
  timedTable('Price', pricingTasks),
  timedTable('Money', moneyTasks),
  ledgerTable,
  ledgerMemoryTable,
  timedTable('Notices', noticeTasks),
  timedTable('Event log', eventTasks),
  timedTable('Whole path, without HTTP', pathTasks),
  redisPathTable,
];
