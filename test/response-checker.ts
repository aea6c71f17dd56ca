/** The tests' way to the checker that `narrowcast certify` uses. */
export { checkResponse } from '../src/certify/check-response.js';
