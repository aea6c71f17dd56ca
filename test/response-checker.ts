/** The tests' way to the checker that `narrowcast certify` uses. */
export { bidsOf, checkResponse, parsedResponse } from '../src/certify/check-response.js';
