import { describe, expect, it } from 'vitest'
import { suggestion } from '../../../lib/base/suggestion.js'

describe('suggestion', () => {
  it.each([
    ['tre', 'tree'],
    ['trees', 'tree'],
    ['tere', 'tree'],
    ['--jsno', '--json'],
    ['--wacth', '--watch'],
    ['-watch', '--watch'],
    ['--versoin', '--version'],
  ])('sees in %s a mistyped %s', (word, meant) => {
    const known = ['tree', '--json', '--watch', '--version', '--help']
    expect(suggestion(word, known)).toBe(`; did you mean '${meant}'?`)
  })

  it.each(['', '-x', 'ls', 'doctor', '--colour', 'three-headed'])('has none for %j', (word) => {
    expect(suggestion(word, ['tree', '--json', '--watch'])).toBe('')
  })
})
