import { text } from './fields.js';

/** Names of lists are names of files without their ending. */
export const listName = text('the name of a file in config/lists without .txt, such as "brand-unsafe"', {
  pattern: /^[a-z0-9][a-z0-9._-]{0,63}$/,
});
