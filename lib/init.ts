/**
 * Turns this Node process into a correct init: `node --import sexton/init app.js`, or `import 'sexton/init'` as
 * the first line of the program.
 *
 * @packageDocumentation
 */

export type { ExitStatus, ResourceUsage } from './exit/exit-status.js'
export type { AdoptedMessage, LeftMessage, SignalMessage } from './init/channels.js'
export { type InitOptions, type InitStats, init } from './init/init.js'
export type { ReapedMessage } from './reaping/channels.js'
export type { ReceivedSignal, SignalOrigin } from './signals/origin.js'
export type { SignalName } from './system/signal-names.js'
