/** `dry-run`: counted and otherwise passed over, to see what a rule would cost. */
export const RULE_MODES = ['off', 'dry-run', 'on'] as const;
export type RuleMode = (typeof RULE_MODES)[number];
