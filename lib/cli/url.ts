import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** In a bundle: the URL of the library's modules, which lie one folder up. */
export const SEXTON_URL = pathToFileURL(join(__dirname, '..', 'index.js')).href
