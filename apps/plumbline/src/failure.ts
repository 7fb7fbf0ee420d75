/** The command was used wrongly: exit code 2. The message is one sentence that says what to do. */
export class WrongUse extends Error {
  override name = 'WrongUse';
}

/** The work could not be done: exit code 1. The message is one sentence that says what to do. */
export class Failure extends Error {
  override name = 'Failure';
}
