import type { Settings } from './settings.js'

/** The words by which the runtime makes the container, or runs one more process in it. */
export function runtimeWords(settings: Settings, consoleSocket: string | undefined): string[] {
  const pidfile = ['--pid-file', settings.containerPidfile]
  const terminal = consoleSocket === undefined ? [] : ['--console-socket', consoleSocket]
  return [
    ...(settings['systemd-cgroup'] ? ['--systemd-cgroup'] : []),
    ...settings['runtime-arg'],
    ...commandOf(settings),
    ...pidfile,
    ...(settings['runtime-opt'] as readonly string[]),
    ...terminal,
    settings.cid,
  ]
}

function commandOf(settings: Settings): string[] {
  const { mode, bundle } = settings
  const spec = settings['exec-process-spec'] as string
  if (mode === 'exec') return ['exec', '--process', spec, '--detach']
  const keyring = settings['no-new-keyring'] ? ['--no-new-keyring'] : []
  const pivot = settings['no-pivot'] ? ['--no-pivot'] : []
  if (mode === 'create') return ['create', '--bundle', bundle, ...pivot, ...keyring]
  const image = ['--image-path', settings.restore as string, '--work-path', bundle]
  return ['restore', '--bundle', bundle, ...pivot, ...keyring, '--detach', ...image]
}
