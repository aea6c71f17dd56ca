/** Errors about the input, the settings or the store, which are the operator's to put right: the message is all that he needs. */
const OPERATORS = new Set([
  'Error',
  'FieldProblem',
  'InputProblem',
  'RedisStoreError',
  'SettingsError',
  'StoreNotReady',
  'WorkerEnded',
]);

/** What is shown of an error that ended a command. One that is a mistake of the program shows where it happened as well. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return OPERATORS.has(error.name) ? error.message : (error.stack ?? error.message);
}
