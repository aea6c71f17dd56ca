import { decodePart } from './decode.js';
import { garbagePart } from './garbage.js';
import { indexPart } from './index-size.js';
import { latencyPart } from './latency.js';
import { overloadPart } from './overload.js';
import type { Part } from './part.js';
import { profilePart } from './profile.js';
import { soakPart } from './soak.js';
import { sharePart } from './share.js';

/** The chapters of the report, in its order. */
export const PARTS: readonly Part[] = [
  decodePart,
  sharePart,
  latencyPart,
  indexPart,
  overloadPart,
  soakPart,
  profilePart,
  garbagePart,
];
