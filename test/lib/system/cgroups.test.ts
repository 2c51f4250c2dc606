import { describe, expect, it } from 'vitest'
import { findCgroup } from '../../../lib/system/cgroups.js'

// Files of machines that this one is not.

const HYBRID = {
  groups: '9:name=systemd:/\n4:memory:/jobs/7\n2:cpu,cpuacct:/\n8:pids:/a\n0::/user.slice\n',
  mounts: `32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate
`,
}

const find = ({ groups, mounts }: { groups: string; mounts: string }, controller?: string) =>
  findCgroup(groups, mounts, controller)

describe('The cgroup of this process', () => {
  it.each([
    ['memory', { directory: '/sys/fs/cgroup/memory/jobs/7', version: 1 }],
    ['cpu', { directory: '/sys/fs/cgroup/cpu,cpuacct', version: 1 }],
    // Its hierarchy is not mounted.
    ['pids', undefined],
    // No hierarchy of version 1 has it.
    ['io', { directory: '/sys/fs/cgroup/unified/user.slice', version: 2 }],
    [undefined, { directory: '/sys/fs/cgroup/unified/user.slice', version: 2 }],
  ])('is found by its controller: %s', (controller, expected) => {
    expect(find(HYBRID, controller)).toEqual(expected)
  })

  it('is found below the part that a container shows', () => {
    const mounts = '30 25 0:26 /docker/ab /sys/fs/c\\040group rw - cgroup2 cgroup rw\n'
    const at = (path: string) => find({ groups: `0::${path}\n`, mounts })?.directory
    expect(at('/docker/ab/job')).toBe('/sys/fs/c group/job')
    expect(at('/docker/ab')).toBe('/sys/fs/c group')
    expect(at('/docker/abc')).toBeUndefined()
    expect(at('/../other')).toBeUndefined()
  })

  it('is not known where no file tells', () => {
    expect(find({ groups: '', mounts: '' })).toBeUndefined()
    expect(find({ groups: '0::/\n', mounts: 'nonsense\n' })).toBeUndefined()
  })
})
