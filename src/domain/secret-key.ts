/** One key of a ring: the first of a ring is used for what is new, all of them for what is already out there. */
export interface SecretKey {
  /** For people: a name by which to speak of the key without showing it. */
  readonly id: string;
  readonly secret: Uint8Array;
}
