import { init } from 'echarts'

/** The two themes of a chart, by the ending of its file's name. `<picture>` chooses one. */
export const THEMES = {
  light: {
    background: '#ffffff',
    text: '#1f2328',
    lines: '#d1d9e0',
    ours: '#0969da',
    others: ['#bc4c00', '#1a7f37', '#8250df', '#cf222e', '#6e7781'],
  },
  dark: {
    background: '#0d1117',
    text: '#e6edf3',
    lines: '#3d444d',
    ours: '#4493f8',
    others: ['#f0883e', '#3fb950', '#ab7df8', '#f85149', '#9198a1'],
  },
}

// A contender has its colour in every chart. sexton's own are blue, with a thicker line.
const OURS = ['sexton', 'pidfd', 'pid1']
const OTHERS = [
  ['child_process', 'tini'],
  ['execa', 'sigchld', 'dumb-init'],
  ['nano-spawn', 'poll', 'catatonit'],
  ['tinyexec', 'naive loop'],
  ['zx', 'two-step loop'],
]
const TINY = 1

/** A chart of one theme as SVG, both of its axes logarithmic: what is 0 is drawn at the bottom, as 1. */
export function drawChart({ title, x, y, series }, theme) {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 720, height: 420 })
  chart.setOption({
    animation: false,
    backgroundColor: theme.background,
    title: { text: title, left: 'center', textStyle: { color: theme.text, fontSize: 15 } },
    legend: { bottom: 0, textStyle: { color: theme.text } },
    grid: { left: 70, right: 30, top: 50, bottom: 90 },
    xAxis: axis(x, theme),
    yAxis: axis(y, theme),
    series: series.map((one) => line(one, theme)),
  })
  const svg = chart.renderToSVGString()
  chart.dispose()
  return svg
}

function axis(name, { text, lines }) {
  return {
    type: 'log',
    name,
    nameLocation: 'middle',
    nameGap: 40,
    nameTextStyle: { color: text },
    axisLine: { lineStyle: { color: lines } },
    axisLabel: { color: text },
    splitLine: { lineStyle: { color: lines } },
  }
}

function line({ name, points }, theme) {
  const isOurs = OURS.includes(name)
  const color = isOurs ? theme.ours : theme.others[OTHERS.findIndex((row) => row.includes(name))]
  if (color === undefined) throw new RangeError(`no colour for '${name}': add it to charts.mjs`)
  return {
    type: 'line',
    name,
    color,
    lineStyle: { width: isOurs ? 4 : 2 },
    symbolSize: isOurs ? 9 : 6,
    data: points.map((point) => point.map((value) => Math.max(value, TINY))),
  }
}
