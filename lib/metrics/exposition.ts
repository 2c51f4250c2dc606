import type { Family, Histogram, Sample } from './family.js'

// The text format of Prometheus, version 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/

/** The value of the HTTP header `Content-Type` for the text of `toPrometheus()`. */
export const contentType = 'text/plain; version=0.0.4; charset=utf-8'

/** Writes families as text. */
export function exposition(families: readonly (Family | Histogram)[]): string {
  return families.map(written).join('')
}

/** The name of a family in Prometheus: with its unit, and with `_total` for a counter. */
export function prometheusName({
  name,
  kind,
  unit,
}: Pick<Family | Histogram, 'name' | 'kind' | 'unit'>) {
  const words = name.replaceAll('.', '_')
  return `${words}${unit === 's' ? '_seconds' : ''}${kind === 'counter' ? '_total' : ''}`
}

function written(family: Family | Histogram): string {
  const name = prometheusName(family)
  const lines = 'bounds' in family ? buckets(name, family) : samples(name, family.samples)
  const help = escaped(family.help, /[\\\n]/g)
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${family.kind}`, ...lines, ''].join('\n')
}

const samples = (name: string, all: readonly Sample[]) =>
  all.map(({ labels = {}, value }) => `${name}${set(labels)} ${value}`)

// Each bucket of this format also counts what fell into those below it.
function buckets(name: string, { bounds, counts, sum }: Histogram): string[] {
  let count = 0
  const cumulative = [...bounds, '+Inf'].map((bound, i): Sample => {
    count += counts[i] ?? 0
    return { labels: { le: String(bound) }, value: count }
  })
  return [...samples(`${name}_bucket`, cumulative), `${name}_sum ${sum}`, `${name}_count ${count}`]
}

function set(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(
    ([label, value]) => `${label}="${escaped(value, /[\\\n"]/g)}"`,
  )
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escaped(text: string, special: RegExp): string {
  return text.replace(special, (character) => (character === '\n' ? '\\n' : `\\${character}`))
}
