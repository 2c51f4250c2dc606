/** What was asked for on the command line makes no sense; its message is all that is to be said. */
export class UsageError extends RangeError {}
