/** The colours of a picture, by the ending of its file's name. Readers get the theme of their system by <picture>. */
export const THEMES = {
  light: {
    background: '#ffffff',
    border: '#d1d9e0',
    box: '#f6f8fa',
    text: '#1f2328',
    faint: '#59636e',
    accent: '#0969da',
    red: '#cf222e',
    yellow: '#9a6700',
  },
  dark: {
    background: '#0d1117',
    border: '#3d444d',
    box: '#151b23',
    text: '#e6edf3',
    faint: '#9198a1',
    accent: '#4493f8',
    red: '#f85149',
    yellow: '#d29922',
  },
}

export const MONOSPACE = 'ui-monospace,SFMono-Regular,Menlo,Consolas,DejaVu Sans Mono,monospace'
export const SANS = '-apple-system,BlinkMacSystemFont,Segoe UI,Noto Sans,Helvetica,Arial,sans-serif'

export const xmlText = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
