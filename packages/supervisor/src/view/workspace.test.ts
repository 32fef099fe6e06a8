import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { TempTree } from './tree-fixture.ts'
import { openWorkspace, type Workspace, type WorkspaceOptions } from './workspace.ts'

const usr = { source: '/usr', target: '/usr', type: 'directory', access: 'read', isIdMapped: false } as const
const host = { mounts: [usr], symlinks: [{ path: '/bin', target: '/usr/bin' }] }
const open = (options: Partial<WorkspaceOptions> & { workingDir: string }): Workspace =>
  openWorkspace({ isIdMapped: false, host, ...options })
const list = ({ mounts }: Workspace): string[] => mounts.map(({ target, access }) => `${access} ${target}`)

describe('a workspace', () => {
  test('is at the paths of the host, read-only unless named writable', () => {
    using tree = new TempTree({ 'a/': '', 'b/': '' })
    const workspace = open({ workingDir: tree.at('a'), write: ['../b'] })
    expect(list(workspace)).toEqual([`read ${tree.at('a')}`, `write ${tree.at('b')}`])
    expect(workspace.mounts.map(({ source }) => source)).toEqual([tree.at('a'), tree.at('b')])
    expect(workspace).toMatchObject({ cwd: tree.at('a'), symlinks: [] })
  })

  test('named twice is there once, with the greater access', () => {
    using tree = new TempTree({ 'a/b/': '' })
    const workspace = open({ workingDir: tree.path, read: ['.', 'a', tree.at('a')], write: ['./', 'a/b'] })
    expect(list(workspace)).toEqual([`write ${tree.path}`, `read ${tree.at('a')}`, `write ${tree.at('a/b')}`])
  })

  test('keeps the access of each: a write inside a read inside a write, parents first', () => {
    using tree = new TempTree({ 'a/b/c/d/': '' })
    const workspace = open({ workingDir: tree.at('a'), write: ['b/c/d', '.'], read: ['b'] })
    expect(list(workspace)).toEqual([
      `write ${tree.at('a')}`,
      `read ${tree.at('a/b')}`,
      `write ${tree.at('a/b/c/d')}`,
    ])
  })

  test('pins what leads to a read-only part of a writable one, so that it cannot be moved away', () => {
    using tree = new TempTree({ 'a/b/c/': '' })
    const workspace = open({ workingDir: tree.path, write: ['.'], read: ['a/b/c'] })
    expect(list(workspace)).toEqual([
      `write ${tree.path}`,
      `write ${tree.at('a')}`,
      `write ${tree.at('a/b')}`,
      `read ${tree.at('a/b/c')}`,
    ])
  })

  test('reached through a link is there by both names', () => {
    using tree = new TempTree({ 'real/project/': '', home: { to: 'real' } })
    const workspace = open({ workingDir: tree.at('home/project'), write: ['.'] })
    expect(list(workspace)).toEqual([`write ${tree.at('real/project')}`])
    expect(workspace.symlinks).toEqual([{ path: tree.at('home'), target: tree.at('real') }])
    expect(workspace.cwd).toBe(tree.at('home/project'))
    expect(workspace.claimed).toEqual([tree.at('real/project'), tree.at('home')])
  })

  test('needs no link that is inside of itself', () => {
    using tree = new TempTree({ 'a/b/': '', 'a/link': { to: 'b' } })
    const workspace = open({ workingDir: tree.at('a'), read: ['link'] })
    expect(workspace.symlinks).toEqual([])
    expect(list(workspace)).toEqual([`read ${tree.at('a')}`])
  })

  test('follows a link through another, each at its own real place', () => {
    using tree = new TempTree({ 'x/y/': '', a: { to: 'b' }, b: { to: 'c' }, 'c/z': { to: '../x' } })
    // c is a folder, b leads to it and a to b: the names on the way are those that were written.
    const workspace = open({ workingDir: tree.at('a/z/y') })
    expect(workspace.symlinks).toEqual([
      { path: tree.at('a'), target: tree.at('c') },
      { path: tree.at('c/z'), target: tree.at('x') },
    ])
    expect(list(workspace)).toEqual([`read ${tree.at('x/y')}`])
  })

  test('below /usr needs no mount to be read, and has one to be written', () => {
    expect(list(open({ workingDir: '/usr/share' }))).toEqual([])
    expect(list(open({ workingDir: '/usr/share', write: ['/usr/share'] }))).toEqual(['write /usr/share'])
  })

  test('may be /tmp, or hold HOME', () => {
    expect(open({ workingDir: '/tmp', write: ['/tmp'] })).toMatchObject({ claimed: ['/tmp'] })
    expect(list(open({ workingDir: '/home' }))).toEqual(['read /home'])
  })

  test('is id-mapped, with its pins, when it is told so', () => {
    using tree = new TempTree({ 'a/b/': '' })
    const { mounts } = open({ workingDir: tree.path, write: ['.'], read: ['a/b'], isIdMapped: true })
    expect(mounts.map(({ isIdMapped }) => isIdMapped)).toEqual([true, true, true])
  })

  test.for(['/', '/proc', '/proc/self', '/sys/kernel', '/dev', '/dev/pts'])('is never %s', (path) => {
    const read = (): Workspace => open({ workingDir: '/tmp', read: [path] })
    expect(read).toThrow(expect.objectContaining({ code: 'RT_INVALID_OPTION' }))
    expect(read).toThrow(`read: ${path} cannot be shared with a job: `)
  })

  test('is never the root by another name', () => {
    using tree = new TempTree({ root: { to: '/' }, kernel: { to: '/proc' } })
    expect(() => open({ workingDir: tree.at('root') })).toThrow('it is the root')
    expect(() => open({ workingDir: tree.at('root/proc') })).toThrow('/proc belongs to the kernel')
    expect(() => open({ workingDir: tree.at('kernel') })).toThrow('/proc belongs to the kernel')
  })

  test('may be below /dev/shm, which holds files like any other', () => {
    const path = join('/dev/shm', `runtimo-${process.pid}`)
    mkdirSync(path)
    try {
      expect(list(open({ workingDir: path }))).toEqual([`read ${path}`])
    } finally {
      rmSync(path, { recursive: true })
    }
  })

  test('is a directory that exists: the name that fails is told', () => {
    using tree = new TempTree({ file: '', loop: { to: 'loop' } })
    expect(() => open({ workingDir: tree.at('missing/deep') })).toThrow(`${tree.at('missing')}: ENOENT`)
    expect(() => open({ workingDir: tree.at('file') })).toThrow('it is not a directory')
    expect(() => open({ workingDir: tree.at('loop') })).toThrow('ELOOP')
    expect(() => open({ workingDir: 'a\0b' })).toThrow('holds a NUL')
    expect(() => open({ workingDir: tree.path, write: [''] })).toThrow('write: ')
  })

  test.for(['/etc', '/run'])('is not %s, with the reason and the cure', (path) => {
    const cure = 'name the directories below it that the job really needs'
    const expected = { field: 'workingDir', wanted: path, cure }
    expect(() => open({ workingDir: path })).toThrow(
      expect.objectContaining({
        code: 'RT_POSTURE_UNAVAILABLE',
        message: expect.stringContaining(`workingDir (${path}): it cannot be shared with a job: it holds`),
        details: { missing: [expect.objectContaining(expected)] },
      }),
    )
  })

  test.for(['/usr', '/usr/bin'])('does not make %s writable, which every job reads', (path) => {
    expect(() => open({ workingDir: '/tmp', write: [path] })).toThrow(
      expect.objectContaining({ code: 'RT_POSTURE_UNAVAILABLE' }),
    )
  })
})
