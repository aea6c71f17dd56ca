import type { SupplyGate } from '../domain/gates.js';

export function createSupplyGate(): SupplyGate {
  return { refusal: () => undefined };
}
