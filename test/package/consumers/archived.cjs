// A program whose package lies in an archive that only Node looks into, and that loads addons from there by copies, as
// Electron does.

const { readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

const { dlopen } = process
process.dlopen = (module, file, ...rest) => {
  const copy = join(__dirname, 'copy.node')
  writeFileSync(copy, readFileSync(file))
  dlopen(module, copy, ...rest)
}
const { runJob } = require('sexton')
runJob('echo', ['job']).then(({ stdout }) => console.log(JSON.stringify(stdout)))
