import type { TrafficGate } from '../domain/gates.js';

export function createTrafficGate(): TrafficGate {
  return { refusal: () => undefined, wouldRefuse: () => undefined };
}
