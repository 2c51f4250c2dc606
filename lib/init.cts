export * from './init/init.js'
