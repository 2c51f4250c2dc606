import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'
import { copy, copyPages, rewrites, sidebar } from './pages.mjs'
import { readAsOnGitHub } from './repository.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

copyPages()

export default defineConfig({
  title: 'sexton',
  description: 'Process supervision for Node.js',
  lang: 'en',
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  srcDir: copy,
  outDir: here('./dist'),
  cacheDir: here('./cache'),
  rewrites,
  cleanUrls: true,
  base: process.env.SEXTON_SITE_BASE ?? '/',
  markdown: {
    config: readAsOnGitHub,
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  vite: { build: { chunkSizeWarningLimit: 2000 } },
  themeConfig: { sidebar, search: { provider: 'local' }, outline: [2, 3] },
})
