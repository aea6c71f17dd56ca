/** `config/traffic.json`: what is taken for a person. */
export interface TrafficPolicy {
  readonly kind: 'traffic';
}

/** Without the file. */
export const TRAFFIC_DEFAULT: TrafficPolicy = { kind: 'traffic' };
