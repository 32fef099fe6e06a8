import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { dirname } from 'node:path'
import process from 'node:process'
import { Readable, type Writable } from 'node:stream'
import { childEntry, threadHostEntry } from '@runtimo/worker'
import { describe, expect, test } from 'vitest'
import { reasonAgainstChroot, runInView, viewCommand } from './chroot-fixture.ts'
import { codeView } from './code.ts'
import { probeHostRoot } from './host-root.ts'
import { sandboxView, type SandboxView } from './sandbox-view.ts'
import { TempTree } from './tree-fixture.ts'
import { openWorkspace } from './workspace.ts'

const host = probeHostRoot()
const caps = { bytes: 2 ** 20, inodes: 1000 }

describe('the code of a worker', () => {
  test('is Node, our two packages and what they depend on, and nothing else of this repository', () => {
    const { mounts } = codeView({ seen: host.mounts, entry: childEntry })
    const names = mounts.map(({ target }) => target)
    expect(names).toContain(process.execPath)
    expect(names.filter((name) => name.endsWith('/package.json'))).toHaveLength(2)
    expect(mounts.every(({ access, source, target }) => access === 'read' && source === target)).toBe(true)
    const repository = dirname(dirname(dirname(dirname(childEntry))))
    expect(names.filter((name) => repository.startsWith(name))).toEqual([])
    expect(names.filter((name) => name.includes('supervisor') || name.includes('typescript'))).toEqual([])
  })

  test('is found in a store of links, as pnpm makes it', () => {
    using tree = new TempTree({
      'app/package.json': '{"dependencies":{"a":"1"}}',
      'app/src/entry.ts': '',
      'app/docs/secret': '',
      'app/node_modules/a': { to: '../../store/.pnpm/a@1/node_modules/a' },
      'store/.pnpm/a@1/node_modules/a/package.json':
        '{"dependencies":{"b":"1"},"optionalDependencies":{"none":"1"}}',
      'store/.pnpm/a@1/node_modules/b': { to: '../../b@1/node_modules/b' },
      'store/.pnpm/b@1/node_modules/b/package.json': '{"dependencies":{"a":"1"}}',
      'store/.pnpm/b@1/node_modules/a': { to: '../../a@1/node_modules/a' },
      'store/.pnpm/other@1/node_modules/other/package.json': '{}',
    })
    const view = codeView({ seen: [], entry: tree.at('app/src/entry.ts'), execPath: '/usr/bin/env' })
    expect(view.mounts.map(({ target }) => target)).toEqual([
      '/usr/bin/env',
      tree.at('app/package.json'),
      tree.at('app/src'),
      tree.at('app/node_modules'),
      tree.at('store/.pnpm/a@1/node_modules'),
      tree.at('store/.pnpm/b@1/node_modules'),
    ])
    expect(view.symlinks).toEqual([])
  })

  test('is found in flat folders, as npm makes them, with the links of a workspace', () => {
    using tree = new TempTree({
      'packages/app/package.json': '{"dependencies":{"a":"1","sibling":"1"}}',
      'packages/app/dist/entry.js': '',
      'packages/sibling/package.json': '{"dependencies":{"@s/c":"1"}}',
      'packages/sibling/dist/index.js': '',
      'packages/sibling/test/secret': '',
      'node_modules/a/package.json': '{"dependencies":{"deep":"1"}}',
      'node_modules/a/node_modules/deep/package.json': '{}',
      'node_modules/@s/c/package.json': '{"peerDependencies":{"a":"1"}}',
      'node_modules/other/package.json': '{}',
      'node_modules/sibling': { to: '../packages/sibling' },
    })
    const view = codeView({
      seen: [],
      entry: tree.at('packages/app/dist/entry.js'),
      execPath: '/usr/bin/env',
    })
    expect(view.mounts.map(({ target }) => target)).toEqual([
      '/usr/bin/env',
      tree.at('packages/app/package.json'),
      tree.at('packages/app/dist'),
      tree.at('node_modules/a'),
      tree.at('packages/sibling/package.json'),
      tree.at('packages/sibling/dist'),
      tree.at('node_modules/@s/c'),
    ])
    expect(view.symlinks).toEqual([
      { path: tree.at('node_modules/sibling'), target: tree.at('packages/sibling') },
    ])
  })

  test('is not mounted again where it is in view anyway', () => {
    const path = dirname(dirname(dirname(dirname(childEntry))))
    const whole = {
      source: path,
      target: path,
      type: 'directory',
      access: 'read',
      isIdMapped: false,
    } as const
    const view = codeView({ seen: [...host.mounts, whole], entry: childEntry })
    expect(view).toEqual({ mounts: [], symlinks: [] })
  })
})

const unavailable = reasonAgainstChroot()
if (unavailable !== undefined) console.warn(`skipped: views that are entered: ${unavailable}`)

describe.skipIf(unavailable !== undefined)('a worker in its view', () => {
  const conditions = process.execArgv.filter((flag) => flag.startsWith('--conditions='))

  test.for([childEntry, threadHostEntry])('loads everything that it needs: %s', async (entry) => {
    using tree = new TempTree()
    const [file, args] = viewCommand(viewOf(tree.path), [process.execPath, ...conditions, entry])
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
    using _ = { [Symbol.dispose]: () => void child.kill('SIGKILL') }
    const [, stdout, stderr, channel] = child.stdio
    const said = await Promise.race([stdout, stderr, channel].map((stream) => firstOf(stream)))
    expect(said).toContain('ready')
  })

  test('cannot load without one of the mounts', () => {
    using tree = new TempTree()
    const view = viewOf(tree.path)
    const mounts = view.mounts.filter(({ target }) => !target.includes('/capabilities'))
    const { stderr } = runInView({ ...view, mounts }, [process.execPath, ...conditions, childEntry])
    expect(stderr.toString()).toContain('ERR_MODULE_NOT_FOUND')
  })

  test('finds nothing that was not given to it, though it is there outside', () => {
    using tree = new TempTree({ 'work/': '', secret: 'x' })
    const probe = [
      '/etc/shadow',
      '/root',
      '/work/shared',
      '/var/lib',
      tree.at('secret'),
      '/sys',
      '/run/docker.sock',
    ]
    const script = `for p in ${probe.join(' ')} /etc/passwd; do [ -e $p ] && echo $p; done; true`
    const inside = runInView(viewOf(tree.at('work')), ['/bin/sh', '-c', script])
    expect(inside.stdout.toString()).toBe('/etc/passwd\n')
    const outside = spawnSync('/bin/sh', ['-c', script]).stdout.toString()
    expect(outside).toContain('/etc/shadow\n')
    expect(outside).toContain(tree.at('secret'))
  })
})

function viewOf(workingDir: string): SandboxView {
  const workspace = openWorkspace({ workingDir, host, isIdMapped: false })
  const code = codeView({ seen: host.mounts, entry: childEntry })
  return sandboxView({ host, workspace, code, uid: 0, gid: 0, scratch: caps, sharedMemory: caps })
}

async function firstOf(stream: Readable | Writable | null | undefined): Promise<string> {
  if (!(stream instanceof Readable)) throw new Error('not to be read')
  const [bytes] = await once(stream, 'data')
  return String(bytes)
}
