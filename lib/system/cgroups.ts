import { readOwnFile } from './proc.js'

/** A cgroup of this process. */
export interface OwnCgroup {
  /** Its directory. */
  directory: string
  version: 1 | 2
}

/**
 * Finds the cgroup that this process is in.
 *
 * @param controller The controller of the group, for example `memory`. Each controller belongs to one hierarchy: to one of
 *   version 1, or else to that of version 2. Without it, the group of version 2.
 * @returns The group; `undefined` if its hierarchy is not mounted here, or shows another part of it.
 * @throws {SextonError} `ERR_UNSUPPORTED` or `ERR_SYSTEM` if `/proc` cannot be read.
 */
export function ownCgroup(controller?: string): OwnCgroup | undefined {
  return findCgroup(
    readOwnFile('cgroup').toString(),
    readOwnFile('mountinfo').toString(),
    controller,
  )
}

/**
 * Finds a cgroup by the two files that tell of it.
 *
 * @param groups The text of `/proc/self/cgroup`.
 * @param mounts The text of `/proc/self/mountinfo`.
 */
export function findCgroup(
  groups: string,
  mounts: string,
  controller?: string,
): OwnCgroup | undefined {
  const lines = groups.split('\n').map((line) => /^\d+:([^:]*):(.*)$/.exec(line) ?? [])
  const first = lines.find(
    ([, names = '']) => controller !== undefined && names.split(',').includes(controller),
  )
  const [, , path] = first ?? lines.find(([, names]) => names === '') ?? []
  if (path === undefined) return undefined
  const version = first === undefined ? 2 : 1
  const root = mounts.split('\n').map(parseMount).filter(isDefined)
  const mount = root.find(({ type, options }) =>
    version === 2
      ? type === 'cgroup2'
      : type === 'cgroup' && options.includes(controller as string),
  )
  const below = mount === undefined ? undefined : relative(mount.root, path)
  return below === undefined ? undefined : { directory: `${mount?.folder}${below}`, version }
}

interface Mount {
  root: string
  folder: string
  type: string
  options: string[]
}

// A line of proc_pid_mountinfo(5): id, parent, device, root, folder, options, optional fields, -, type, source, options.
function parseMount(line: string): Mount | undefined {
  const fields = /^\S+ \S+ \S+ (\S+) (\S+) .*? - (\S+) \S+ (\S+)$/.exec(line)
  if (fields === null) return undefined
  const [, root = '', folder = '', type = '', options = ''] = fields
  return { root: decodePath(root), folder: decodePath(folder), type, options: options.split(',') }
}

// Spaces and the like are written in octal.
const decodePath = (text: string) =>
  text.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 8)))

// In a container, the mount may begin at the container's group.
function relative(root: string, path: string): string | undefined {
  if (path.startsWith('/..')) return undefined
  if (root === '/') return path === '/' ? '' : path
  if (path === root) return ''
  return path.startsWith(`${root}/`) ? path.slice(root.length) : undefined
}

function isDefined<T>(value: T | undefined): value is T {
  return value !== undefined
}
