const FIRST_PAUSE_MS = 500;
const PAUSE_MS_MAX = 30_000;

/** @param deaths young ones in a row, before this one. @returns how long to wait before the next start */
export function backOffMs(deaths: number): number {
  return deaths === 0 ? 0 : Math.min(PAUSE_MS_MAX, FIRST_PAUSE_MS * 2 ** (deaths - 1));
}
