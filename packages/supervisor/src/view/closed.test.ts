import { spawnSync } from 'node:child_process'
import { chmodSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import type { Protection, ProtectOptions } from './protect.ts'
import { TempTree } from './tree-fixture.ts'

/** What a normal user protects of a directory of the host, and what that user gets to see of `looked`. */
function protectionOf(
  workingDir: string,
  options: Partial<ProtectOptions>,
  looked: string = workingDir,
): Protection & { readonly errno: string } {
  const [protect, workspace] = ['protect.ts', 'workspace.ts'].map((name) => join(import.meta.dirname, name))
  const code = `
    const { lstatSync } = await import('node:fs')
    const [options, looked] = JSON.parse(process.argv[1])
    const { protect } = await import(${JSON.stringify(protect)})
    const { openWorkspace } = await import(${JSON.stringify(workspace)})
    const opened = openWorkspace({ ...options, isIdMapped: false, host: { mounts: [], symlinks: [] } })
    let errno = ''
    try { lstatSync(looked) } catch (error) { errno = error.code }
    const result = protect({ ...opened, state: [], homes: [], sockets: [], ...options })
    console.log(JSON.stringify({ ...result, errno }))
  `
  const given = JSON.stringify([{ workingDir, write: ['.'], ...options }, looked])
  const argv = ['--conditions=runtimo-source', '--input-type=module', '-e', code, given]
  const uid = process.geteuid?.() === 0 ? { uid: 1000, gid: 1000 } : {}
  const { stdout, stderr } = spawnSync(process.execPath, argv, { ...uid, encoding: 'utf8', cwd: '/' })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as Protection & { readonly errno: string }
}

/** With directories through which nobody goes but root, as long as it is there. */
class ClosedTree extends TempTree {
  readonly #closed: string[] = []

  constructor(content: ConstructorParameters<typeof TempTree>[0] = {}) {
    super({ 'closed/deep/': '', ...content })
    chmodSync(this.path, 0o755)
    this.close('closed')
  }

  close(name: string): void {
    chmodSync(this.at(name), 0)
    this.#closed.push(this.at(name))
  }

  override [Symbol.dispose](): void {
    for (const path of this.#closed) chmodSync(path, 0o755)
    super[Symbol.dispose]()
  }
}

const paths = ({ masks }: Protection): string[] => masks.map(({ path }) => path)

test("a socket in somebody's closed directory stops no job elsewhere", () => {
  using tree = new ClosedTree({ 'work/': '' })
  const sockets = [tree.at('closed/deep/socket')]
  const protection = protectionOf(tree.at('work'), { sockets }, sockets[0])
  expect(protection.errno).toBe('EACCES') // as it was told once, of every job
  expect(paths(protection)).toEqual([])
})

test('in view, the directory that closes the way is hidden: a job may be its owner', () => {
  using tree = new ClosedTree({ 'work/': '' })
  const sockets = [tree.at('closed/deep/socket')]
  expect(protectionOf(tree.path, { sockets }).masks).toEqual([{ path: tree.at('closed'), type: 'directory' }])
})

test('what a link leads to is hidden of a closed way, never where the link is', () => {
  using tree = new ClosedTree({ 'work/': '' })
  symlinkSync('../closed/deep', tree.at('work/link'))
  const sockets = [tree.at('work/link/a/socket')]
  expect(paths(protectionOf(tree.path, { sockets }))).toEqual([tree.at('closed')])
  expect(paths(protectionOf(tree.at('work'), { sockets }))).toEqual([])
})

test('a link that leads to itself stops no job', () => {
  using tree = new ClosedTree({ 'work/loop': { to: 'loop' } })
  const sockets = [tree.at('work/loop/socket')]
  const protection = protectionOf(tree.at('work'), { sockets }, sockets[0])
  expect(protection.errno).toBe('ELOOP')
  expect(paths(protection)).toEqual([])
})

test('a home that is closed to us is hidden where a job could write, and stops no job', () => {
  using tree = new ClosedTree()
  const homes = [{ path: tree.at('closed'), isLogin: true }]
  expect(protectionOf(tree.path, { homes })).toMatchObject({
    masks: [{ path: tree.at('closed'), type: 'directory' }],
    frozen: [],
  })
})

test('a repository that is closed to us is hidden as a whole', () => {
  using tree = new ClosedTree({ '.git/config': '' })
  tree.close('.git')
  expect(paths(protectionOf(tree.path, {}))).toEqual([tree.at('.git')])
})

test('a workspace that is closed to us is refused by its name', () => {
  using tree = new ClosedTree()
  expect(() => protectionOf(tree.at('closed'), {})).toThrow(
    `workingDir: ${tree.at('closed')} cannot be shared with a job: we may not enter it`,
  )
})
