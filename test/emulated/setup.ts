// What tests start as `process.execPath` is to be emulated like themselves: this kernel runs no program
// for another machine by itself.
process.execPath = process.env.SEXTON_EMULATED_NODE as string
