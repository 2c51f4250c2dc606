import { chmodSync, copyFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { faultsOf, keeperFaults, requirementsOf } from '../../packaging/requirements.mjs'
import { fileOf, keeperOf, targets } from '../../packaging/targets.mjs'
import { root, run } from '../program.js'
import { prebuilds, succeed } from './project.js'

const linux = Object.entries(targets).filter(([, { platform }]) => platform === 'linux')

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sexton-load-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

describe.each(linux)('The addon for %s', (_, target) => {
  const file = join(prebuilds, fileOf(target))

  it('needs the C library alone, no newer than 2.28, and has no fault', () => {
    const { libraries, glibc } = requirementsOf(file)
    expect(libraries).toEqual([target.libc === 'musl' ? 'libc.so' : 'libc.so.6'])
    expect(glibc).toBe(target.libc === 'musl' ? undefined : '2.28')
    expect(faultsOf(file, target)).toEqual([])
  })

  it('is for its architecture, and stripped', async () => {
    const { stdout } = await succeed(run(['readelf', '--file-header', '--sections', file]))
    expect(stdout).toContain(target.arch === 'arm64' ? 'AArch64' : 'X86-64')
    expect(stdout).not.toMatch(/\.symtab|\.debug/)
  })
})

describe.each(['x64', 'arm64'])('The keeper for %s', (arch) => {
  const file = join(prebuilds, keeperOf({ platform: 'linux', arch }) as string)

  it('is static, small, executable, and for its architecture', () => {
    expect(keeperFaults(file, arch)).toEqual([])
  })

  it('is refused if it is missing, dynamic or not executable', () => {
    expect(keeperFaults(`${file}.missing`, arch)).toEqual(['the keeper is missing'])
    expect(keeperFaults(process.execPath, process.arch)).toContain('the keeper is dynamic')
    const copy = join(temporaryFolder(), 'keeper')
    copyFileSync(file, copy)
    chmodSync(copy, 0o744)
    expect(keeperFaults(copy, arch)).toEqual(['the keeper is not executable by all'])
  })
})

describe.each(linux.filter(([, { libc }]) => libc === 'musl'))('On %s', (_, target) => {
  it("every function that the addon calls is Node's or musl's", async () => {
    const file = join(prebuilds, fileOf(target))
    const folder = temporaryFolder()
    const { symbols } = requirementsOf(file)
    const ofNode = symbols.filter(({ name }) => /^(napi|uv)_/.test(name))
    const stubs = ofNode.map(({ name }) => `void ${name}(void) {}`)
    writeFileSync(join(folder, 'node.c'), stubs.join('\n'))
    copyFileSync(join(root, 'test', 'package', 'fixtures', 'load.c'), join(folder, 'load.c'))
    const machine = target.arch === 'arm64' ? 'aarch64' : 'x86_64'
    const library = `/usr/lib/${machine}-linux-musl`
    const compile = [
      ...[
        `${machine}-linux-gnu-gcc`,
        '-nostdinc',
        '-isystem',
        `/usr/include/${machine}-linux-musl`,
      ],
      ...['-nostdlib', '-no-pie', '-rdynamic', `-Wl,--dynamic-linker=/lib/ld-musl-${machine}.so.1`],
      ...[`${library}/crt1.o`, 'load.c', 'node.c', `-L${library}`, '-lc', '-o', 'load'],
    ]
    await succeed(run(compile, { prefix: ['env', '--chdir', folder] }))
    const foreign = target.arch !== process.arch
    const emulator = foreign ? [`qemu-${machine}-static`] : []
    const { stdout } = await succeed(run([...emulator, join(folder, 'load'), file]))
    expect(stdout).toBe('Node-API 9, registers\n')
  })
})

describe('What may not be shipped is found out', () => {
  it('such as a need of libstdc++, of a newer glibc, or of what nobody has', async () => {
    const source = `#include <string>
      #include <pthread.h>
      #include <signal.h>
      extern "C" void missing();
      std::string text(const char* from) {
        missing();
        pthread_sigmask(0, nullptr, nullptr);
        return from;
      }`
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'bad.cc'), source)
    const file = join(folder, 'bad.node')
    const compiler = ['x86_64-linux-gnu-g++', '-shared', '-fPIC', '-fno-exceptions']
    await succeed(run([...compiler, join(folder, 'bad.cc'), '-o', file]))
    expect(faultsOf(file, { libc: 'glibc' })).toEqual(
      expect.arrayContaining([
        'needs libstdc++.so.6',
        'needs glibc 2.32: pthread_sigmask',
        "calls missing, which is neither Node's nor the C library's",
      ]),
    )
  })
})

describe('The check before a release', () => {
  it('refuses a keeper that is missing, dynamic or not executable', async () => {
    const folder = temporaryFolder()
    for (const name of ['packaging', 'native', 'prebuilds', 'package.json'])
      cpSync(join(root, name), join(folder, name), { recursive: true })
    const faults = async () => {
      const { stderr } = await run([process.execPath, join(folder, 'packaging', 'complete.mjs')])
      return stderr.split('\n').filter((line) => line.includes('keeper'))
    }
    const [x64 = '', arm64 = ''] = ['x64', 'arm64'].map((arch) =>
      join(folder, 'prebuilds', `linux-${arch}`, 'sexton-keeper'),
    )
    expect(await faults()).toEqual([])
    chmodSync(x64, 0o644)
    rmSync(arm64)
    expect(await faults()).toEqual([
      'linux-x64-glibc: the keeper is not executable by all',
      'linux-arm64-glibc: the keeper is missing',
      'linux-x64-musl: the keeper is not executable by all',
      'linux-arm64-musl: the keeper is missing',
    ])
    copyFileSync('/bin/true', x64)
    expect(await faults()).toContain('linux-x64-musl: the keeper is dynamic')
  })
})
