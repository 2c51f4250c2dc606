export * from './init.js'
