// Rolls the declarations in build/types up into one file for each entry, so that the package ships no types of
// internals. The rolled-up file is the CommonJS face, and the ES face re-exports it: an ES module may import
// CommonJS under every setting of TypeScript, and both faces then have the same classes.

import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor'

const root = fileURLToPath(new URL('..', import.meta.url))

const CONFIGS = {
  index: 'api-extractor.json',
  init: 'api-extractor.init.json',
  metrics: 'api-extractor.metrics.json',
}

for (const [name, file] of Object.entries(CONFIGS)) {
  const configObjectFullPath = `${root}${file}`
  const configObject = {
    ...ExtractorConfig.loadFile(configObjectFullPath),
    apiReport: { enabled: false },
    dtsRollup: { enabled: true, untrimmedFilePath: `${root}dist/${name}.d.cts` },
  }
  const packageJsonFullPath = `${root}package.json`
  const config = ExtractorConfig.prepare({
    configObject,
    configObjectFullPath,
    packageJsonFullPath,
  })
  const { succeeded } = Extractor.invoke(config, {
    messageCallback: (message) => {
      // Notices of progress, and of the version of TypeScript that is used.
      if (message.logLevel === 'info') message.handled = true
    },
  })
  if (!succeeded) process.exit(1)
  writeFileSync(`${root}dist/${name}.d.ts`, `export * from './${name}.cjs'\n`)
}
