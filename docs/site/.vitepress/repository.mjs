import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { copy, rewrites, root } from './pages.mjs'

const { repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** A plug-in of markdown-it: pages are written for GitHub, where every file of the repository can be linked to. */
export function readAsOnGitHub(markdown) {
  const rule = (name, change) => {
    const before = markdown.renderer.rules[name]
    markdown.renderer.rules[name] = (tokens, index, options, env, self) =>
      change(before(tokens, index, options, env, self), env)
  }
  rule('html_block', bothThemes)
  rule('image', (html, env) =>
    html.replace(/src="([^"]+)"/, (_, path) => `src="${picture(path, env)}"`),
  )
  markdown.core.ruler.push('source_links', ({ tokens, env }) => {
    for (const { children } of tokens) if (children) relinkAll(children, env)
  })
}

/** The site has a switch for its theme, so its style chooses the picture, and not the system. */
function bothThemes(html, env) {
  return html.replace(
    /<picture>\s*<source [^>]*srcset="([^"]+)">\s*<img alt="([^"]*)" src="([^"]+)">\s*<\/picture>/g,
    (_, dark, alt, light) =>
      `<img class="light-only" alt="${alt}" src="${picture(light, env)}">` +
      `<img class="dark-only" alt="${alt}" src="${picture(dark, env)}">`,
  )
}

// Vite finds a picture by its path from the root of the pages, and gives it to the site.
const picture = (path, env) => `/${inRepository(path, env)}`

/** The path of a linked file in the repository. */
function inRepository(path, { realPath, path: file }) {
  const source = (realPath ?? file).slice(copy.length + 1)
  return posix.join(posix.dirname(source), decodeURI(path)).replace(/\/$/, '')
}

/**
 * A link to another page becomes one to its place on the site. A link to a file that is not a page becomes one to the
 * repository, or is no link while there is none.
 */
function relinkAll(children, env) {
  let isUnlinked = false
  for (const token of children) {
    const isClosing = token.type === 'link_close' && isUnlinked
    if (isClosing || (token.type === 'link_open' && !relink(token, env))) {
      Object.assign(token, { type: 'text', tag: '', nesting: 0, content: '', attrs: null })
      isUnlinked = !isClosing
    }
  }
}

/** Returns false if the link leads nowhere. */
function relink(token, env) {
  const [path = '', anchor] = (token.attrGet('href') ?? '').split('#')
  if (path === '' || /^\w+:|^\//.test(path)) return true
  const target = inRepository(path, env)
  const hash = anchor === undefined ? '' : `#${anchor}`
  if (target in rewrites) token.attrSet('href', `/${rewrites[target]}${hash}`)
  else if (existsSync(join(root, target))) {
    if (!repository) return false
    token.attrSet('href', `${repository.url ?? repository}/blob/main/${target}`)
  }
  return true
}
