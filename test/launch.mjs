// Runs one function of a program file (test/program-file.ts).
//
//   node test/launch.mjs FILE FUNCTION ARGUMENTS
//
// ARGUMENTS is a JSON list. The function's result is printed as JSON; in a worker it is posted to the parent.

import { isMainThread, parentPort } from 'node:worker_threads'
import './own-group.mjs'

const [, , file, name, list] = process.argv
const programs = await import(file)
const result = await programs[name](...JSON.parse(list))
if (result !== undefined) {
  if (isMainThread) console.log(JSON.stringify(result))
  else parentPort.postMessage(result)
}
