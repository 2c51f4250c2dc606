/** An error in the command line. Its message is for the user, without a stack. */
export class UsageError extends RangeError {}
