import { init } from 'echarts'

// Read on light and on dark: no background, and greys and colours that stand out from both.
const TEXT = '#8b949e'
const LINES = '#8b949e55'
const COLOURS = ['#2f81f7', '#3fb950', '#d29922', '#f85149', '#a371f7', '#db61a2']
const TINY = 1

const axis = (name) => ({
  type: 'log',
  name,
  nameLocation: 'middle',
  nameGap: 40,
  nameTextStyle: { color: TEXT },
  axisLine: { lineStyle: { color: LINES } },
  axisLabel: { color: TEXT },
  splitLine: { lineStyle: { color: LINES } },
})

/** A chart as SVG, both of its axes logarithmic: what is 0 is drawn at the bottom, as 1. */
export function drawChart({ title, x, y, series }) {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 720, height: 420 })
  chart.setOption({
    animation: false,
    color: COLOURS,
    title: { text: title, left: 'center', textStyle: { color: TEXT, fontSize: 15 } },
    legend: { bottom: 0, textStyle: { color: TEXT } },
    grid: { left: 70, right: 30, top: 50, bottom: 90 },
    xAxis: axis(x),
    yAxis: axis(y),
    series: series.map(({ name, points }) => ({
      type: 'line',
      name,
      symbolSize: 7,
      data: points.map((point) => point.map((value) => Math.max(value, TINY))),
    })),
  })
  const svg = chart.renderToSVGString()
  chart.dispose()
  return svg
}
