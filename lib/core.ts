// All exports of the package, for the single file that its entries share (esbuild.mjs). Separate modules would take
// three times the memory. A shared file also means a single reaper, whether the package is imported or required.

export * from './index.js'
export { init, start } from './init/init.js'
export { count } from './metrics/counting.js'
export * from './metrics.js'
