import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** @returns the bytes of the heap that are in use by what can still be reached */
export function usedHeapBytes(): number {
  // What the first pass has only just let go of, the second one collects.
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** @returns the same with array buffers, which lie outside of the heap */
export function usedBytes(): number {
  return usedHeapBytes() + process.memoryUsage().arrayBuffers;
}
