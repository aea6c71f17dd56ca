/** What stands above each category of a taxonomy: all of its ancestors, the nearest first. Upper case. */
export type CategoryTree = ReadonlyMap<string, readonly string[]>;
