import { garbagePart } from './garbage.js';
import type { Part } from './part.js';

/** The chapters of the report, in its order. */
export const PARTS: readonly Part[] = [garbagePart];
