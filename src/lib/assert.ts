/** Thrown when the program itself is wrong. Caught only at the edge of a request, which is lost; elsewhere it ends the program. */
class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** States what must hold. The message says what was expected, with the values. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** Marks the branch that the type system proved empty; reached only when the types were lied to. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable value: ${String(value)}`);
}
