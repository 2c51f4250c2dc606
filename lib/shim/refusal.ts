/** A command line that the shim refuses, or a start that fails. Its message is for the manager, without a stack. */
export class Refusal extends Error {}
