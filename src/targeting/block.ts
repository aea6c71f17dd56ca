/**
 * The walk goes so many words at a time, which are 512 line items. Most requests end in the first block, of which a larger one would
 * be looked through for nothing; a walk to the end pays for each block (bench, table "Index").
 */
export const BLOCK_WORDS = 16;
export const BLOCK_LINE_ITEMS = BLOCK_WORDS * 32;

/**
 * Some of the line items of a block, as bits. Where few are left most words are empty, so those that are not are listed
 * and the others never looked at.
 */
export class Block {
  /** Which 512 line items it speaks of. */
  number = 0;
  readonly bits = new Uint32Array(BLOCK_WORDS);
  /** The places of the words that are not 0, ascending; only the first `litCount` count. */
  readonly lit = new Uint8Array(BLOCK_WORDS);
  litCount = 0;

  /** Lists the words that are not 0. */
  light(): void {
    let count = 0;
    for (let place = 0; place < BLOCK_WORDS; place++) {
      if (this.bits[place] !== 0) this.lit[count++] = place;
    }
    this.litCount = count;
  }
}
