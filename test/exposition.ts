/** One sample as Prometheus reads it. */
export interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

/** A family as Prometheus reads it. */
export interface Family {
  help: string
  type: string
  samples: Sample[]
}

const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"/y
const VALUE = /^(?:[+-]?(?:\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|Inf)|NaN)$/

/**
 * Reads the text format of Prometheus, version 0.0.4.
 *
 * @throws {Error} if a line is wrong, stands in the wrong place, or comes twice.
 */
export function parseExposition(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end')
  const families = new Map<string, Family>()
  const keys = new Set<string>()
  let name = ''
  for (const line of text.slice(0, -1).split('\n')) {
    const [, word, subject, rest = ''] = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.*)$/.exec(line) ?? []
    if (word === 'HELP') {
      name = subject as string
      if (families.has(name)) throw new Error(`a second family ${name}`)
      families.set(name, { help: unescaped(rest), type: '', samples: [] })
      continue
    }
    const family = families.get(name)
    if (family === undefined) throw new Error(`before the first family: ${line}`)
    if (word === 'TYPE') {
      if (subject !== name || family.type !== '') throw new Error(`the wrong place: ${line}`)
      family.type = rest
      continue
    }
    const sample = parseSample(line)
    const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()])
    if (keys.has(key)) throw new Error(`a second time: ${line}`)
    keys.add(key)
    const suffix = sample.name.slice(name.length)
    const allowed = family.type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']
    if (!sample.name.startsWith(name) || !allowed.includes(suffix))
      throw new Error(`not of ${name}: ${line}`)
    family.samples.push(sample)
  }
  return families
}

function parseSample(line: string): Sample {
  const [, name, set, value = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
  if (name === undefined || !VALUE.test(value)) throw new Error(`not a sample: ${line}`)
  const labels: Record<string, string> = {}
  for (let at = 0; at < (set ?? '').length; ) {
    LABEL.lastIndex = at
    const [whole, label, text] = LABEL.exec(set as string) ?? []
    if (whole === undefined) throw new Error(`not a label at ${at} of ${set}`)
    labels[label as string] = unescaped(text as string)
    at += whole.length
    if (at < (set as string).length && set?.[at++] !== ',') throw new Error(`no comma in ${set}`)
  }
  return { name, labels, value: Number(value.replace('Inf', 'Infinity')) }
}

const unescaped = (text: string) =>
  text.replace(/\\(.)/g, (_, character) => (character === 'n' ? '\n' : character))

/** The value of the sample with these labels, besides empty ones. */
export function figureOf(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const [wanted, suffix] = /_(bucket|sum|count)$/.test(name)
    ? [name.replace(/_[a-z]+$/, ''), name]
    : [name, name]
  const samples = families.get(wanted)?.samples ?? []
  const key = (all: Readonly<Record<string, string>>) =>
    JSON.stringify(
      Object.entries(all)
        .filter(([, value]) => value !== '')
        .sort(),
    )
  return samples.find((one) => one.name === suffix && key(one.labels) === key(labels))?.value
}
