/** `config/supply.json`: through whom is bought, and where never. */
export interface SupplyPolicy {
  readonly kind: 'supply';
}

/** Without the file. */
export const SUPPLY_DEFAULT: SupplyPolicy = { kind: 'supply' };
