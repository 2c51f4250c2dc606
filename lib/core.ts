// All that the package exports, for one file that both its faces share (esbuild.mjs): thirty modules, each
// by itself, take three times the memory, and there must be one reaper, whoever asks for it how.

export * from './index.js'
export { init, start } from './init/init.js'
