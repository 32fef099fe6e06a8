import { describe, expect, test } from 'vitest'
import { reasonAgainstChroot, runInView } from './chroot-fixture.ts'
import { probeHostRoot } from './host-root.ts'
import { sandboxView, type SandboxView, type SandboxViewOptions } from './sandbox-view.ts'
import { TempTree } from './tree-fixture.ts'
import { openWorkspace, type WorkspaceOptions } from './workspace.ts'

const host = probeHostRoot()
const caps = { bytes: 2 ** 20, inodes: 20 }

function viewOf(
  options: Partial<WorkspaceOptions> & { workingDir: string },
  more: Partial<SandboxViewOptions> = {},
): SandboxView {
  const workspace = openWorkspace({ host, isIdMapped: false, ...options })
  return sandboxView({ host, workspace, uid: 0, gid: 0, scratch: caps, sharedMemory: caps, ...more })
}

const file = (target: string): SandboxView['mounts'][number] => ({
  source: target,
  target,
  type: 'file',
  access: 'read',
  isIdMapped: false,
})

test('our code is mounted after a workspace that holds it, and cannot be moved away', () => {
  using tree = new TempTree({ 'node_modules/a/code.js': '' })
  const code = { mounts: [file(tree.at('node_modules/a/code.js'))], symlinks: [] }
  const { mounts } = viewOf({ workingDir: tree.path, write: ['.'] }, { code })
  const own = mounts.filter(({ target }) => target.startsWith(tree.path))
  expect(own.map(({ target, access }) => `${access} ${target}`)).toEqual([
    `write ${tree.path}`,
    `write ${tree.at('node_modules')}`,
    `write ${tree.at('node_modules/a')}`,
    `read ${tree.at('node_modules/a/code.js')}`,
  ])
})

test('HOME makes room for the workspace', () => {
  expect(viewOf({ workingDir: '/tmp' }).home).toBe('/home/job')
  expect(viewOf({ workingDir: '/home' })).toMatchObject({ home: '/var/job' })
})

const unavailable = reasonAgainstChroot()
if (unavailable !== undefined) console.warn(`skipped: views that are entered: ${unavailable}`)

describe.skipIf(unavailable !== undefined)('inside of a view', () => {
  test('programs run and know the user, the host and the time zone', () => {
    using tree = new TempTree()
    const view = viewOf({ workingDir: tree.path })
    expect(run(view, 'getent passwd job')).toBe('job:x:0:0:job:/home/job:/bin/sh')
    expect(run(view, 'getent hosts sandbox')).toContain('sandbox')
    expect(run(view, 'python3 -c "import ssl, json; print(1)" || echo 1')).toContain('1')
    expect(run(view, 'date +%Z')).not.toBe('')
  })

  test('the host is read-only and the workspace is what was asked for', () => {
    using tree = new TempTree({ 'r/': '', 'w/': '' })
    const view = viewOf({ workingDir: tree.at('r'), write: ['../w'] })
    expect(run(view, `echo x > ${tree.at('w/file')} && cat ${tree.at('w/file')}`)).toBe('x')
    expect(run(view, `echo x > ${tree.at('r/file')}`)).toContain('Read-only file system')
    expect(run(view, 'echo x > /usr/file')).toContain('Read-only file system')
    expect(run(view, 'echo x > /etc/ssl/certs/file')).toContain('Read-only file system')
  })

  test('/tmp is private, though the workspace lies below it, and has caps', () => {
    using tree = new TempTree({ 'w/file': 'mine' })
    const view = viewOf({ workingDir: tree.at('w'), write: ['.'] })
    using other = new TempTree({ file: 'theirs' })
    expect(run(view, `cat ${other.at('file')}`)).toContain('No such file')
    expect(run(view, `cat ${tree.at('w/file')}; ls ${tree.path}`)).toBe('minew')
    expect(run(view, 'head -c 2000000 /dev/zero > /tmp/big')).toContain('No space left')
    expect(run(view, 'for i in $(seq 30); do : > /tmp/$i; done')).toContain('No space left')
  })

  test('a workspace reached through a link is there by both names', () => {
    using tree = new TempTree({ 'real/project/file': 'x', home: { to: 'real' } })
    const view = viewOf({ workingDir: tree.at('home/project') })
    expect(run(view, `cat ${tree.at('home/project/file')} ${tree.at('real/project/file')}`)).toBe('xx')
  })

  test('a workspace that is /tmp is the real one', () => {
    using tree = new TempTree({ file: 'x' })
    const view = viewOf({ workingDir: '/tmp', write: ['/tmp'] })
    expect(run(view, `cat ${tree.at('file')} && ls -d /home/job /dev/shm`)).toBe('x/dev/shm\n/home/job')
  })
})

/** What a shell in the view prints. */
function run(view: SandboxView, script: string): string {
  const { stdout } = runInView(view, ['/bin/sh', '-c', `exec 2>&1; ${script}`])
  return stdout.toString().trim()
}
