const WIDEST = 60
const NARROWEST = 60
const TEXT_BESIDE = 56
const PRINT_EVERY = 500

/** Shows contestants while they run: bars in place on a terminal, elsewhere a line now and then. */
export function openChart(stream, full) {
  const live = stream.isTTY && stream.columns >= NARROWEST && process.env.TERM !== 'dumb'
  return live ? new LiveChart(stream, full) : new Log(stream)
}

class LiveChart {
  #stream
  #full
  #drawn = 0

  constructor(stream, full) {
    this.#stream = stream
    this.#full = full
  }

  draw(contestants) {
    const up = this.#drawn > 0 ? `\x1b[${this.#drawn}A` : ''
    const lines = contestants.map((contestant) => `\r\x1b[K${this.#line(contestant)}\n`)
    this.#stream.write(up + lines.join(''))
    this.#drawn = lines.length
  }

  close() {}

  #line({ title, zombies, orphans }) {
    const width = Math.max(Math.min(this.#stream.columns - TEXT_BESIDE, WIDEST), 1)
    const filled = Math.min(Math.ceil((zombies / this.#full) * width), width)
    const bar = '█'.repeat(filled) + '░'.repeat(width - filled)
    return `${title.padEnd(21)} ${bar} ${describe(zombies, orphans)}`
  }
}

class Log {
  #stream
  #begun = performance.now()
  #next = 0
  #line = ''

  constructor(stream) {
    this.#stream = stream
  }

  draw(contestants) {
    const elapsed = performance.now() - this.#begun
    const counts = contestants.map(
      ({ title, zombies, orphans }) => `${title}: ${describe(zombies, orphans)}`,
    )
    this.#line = `${(elapsed / 1000).toFixed(1)} s  ${counts.join('  |  ')}\n`
    if (elapsed < this.#next) return
    this.#next = elapsed + PRINT_EVERY
    this.#flush()
  }

  close() {
    this.#flush()
  }

  #flush() {
    this.#stream.write(this.#line)
    this.#line = ''
  }
}

function describe(zombies, orphans) {
  const count = `${zombies} ${zombies === 1 ? 'zombie ' : 'zombies'}`
  return `${count.padStart(11)} of ${String(orphans).padStart(3)} orphans`
}
