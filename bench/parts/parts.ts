import { garbagePart } from './garbage.js';
import { profilePart } from './profile.js';
import { sharePart } from './share.js';
import type { Part } from './part.js';

/** The chapters of the report, in its order. */
export const PARTS: readonly Part[] = [sharePart, profilePart, garbagePart];
