import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import type { Home } from './homes.ts'
import { probeHostRoot } from './host-root.ts'
import { Placeholders } from './placeholders.ts'
import { type Protection, protect, type ProtectOptions } from './protect.ts'
import { TempTree } from './tree-fixture.ts'
import { openWorkspace, type Workspace } from './workspace.ts'

const host = probeHostRoot()
const login = (path: string): Home => ({ path, isLogin: true })

function workspaceOf(path: string, write: readonly string[] = ['.']): Workspace {
  return openWorkspace({ workingDir: path, write, host, isIdMapped: false })
}

function protectionOf(
  path: string,
  options: Partial<ProtectOptions> = {},
  write?: readonly string[],
): Protection {
  const { mounts, asked } = workspaceOf(path, write)
  return protect({ mounts, asked, state: [], homes: [], sockets: [], ...options })
}

const paths = ({ masks }: Protection): string[] => masks.map(({ path }) => path)
const places = ({ placeholders }: Protection): string[] => placeholders.map(({ path }) => path)

describe('what a workspace hides', () => {
  test('is our own state, and a workspace inside of that is refused', () => {
    using tree = new TempTree({ 'state/wal.jsonl': '', socket: '' })
    const state = [tree.at('state'), tree.at('socket'), tree.at('missing')]
    expect(protectionOf(tree.path, { state }).masks).toEqual([
      { path: tree.at('state'), type: 'directory' },
      { path: tree.at('socket'), type: 'file' },
    ])
    expect(() => protectionOf(tree.at('state'), { state })).toThrow('where Runtimo keeps its own state')
  })

  test('is what gives access elsewhere, of a home directory that is in view', () => {
    using tree = new TempTree({
      'me/.ssh/id': '',
      'me/.npmrc': '',
      'me/.config/gh/hosts': '',
      'me/work/': '',
    })
    const homes = [login(tree.at('me'))]
    const hidden = [tree.at('me/.ssh'), tree.at('me/.config/gh'), tree.at('me/.npmrc')]
    expect(paths(protectionOf(tree.path, { homes }))).toEqual(hidden)
    expect(paths(protectionOf(tree.at('me'), { homes }))).toEqual(hidden)
    expect(paths(protectionOf(tree.at('me/.config'), { homes }))).toEqual([tree.at('me/.config/gh')])
    expect(paths(protectionOf(tree.at('me/work'), { homes }))).toEqual([])
  })

  test('is not what was asked for by name', () => {
    using tree = new TempTree({ '.ssh/id': '', '.docker/project/': '', '.aws/': '' })
    const { mounts, asked } = openWorkspace({
      workingDir: tree.path,
      read: ['.ssh', '.docker/project'],
      host,
      isIdMapped: false,
    })
    const protection = protect({ mounts, asked, state: [], homes: [login(tree.path)], sockets: [] })
    expect(paths(protection)).toEqual([tree.at('.aws')])
  })

  test('is .env files at its top, unless shown, and not those that are examples', () => {
    using tree = new TempTree({
      '.env': '',
      '.env.local': '',
      '.env.example': '',
      '.envoy': '',
      'sub/.env': '',
    })
    expect(paths(protectionOf(tree.path)).toSorted()).toEqual([tree.at('.env'), tree.at('.env.local')])
    expect(paths(protectionOf(tree.path, { isEnvShown: true }))).toEqual([])
  })

  test('is what a link leads to, when that is in view', () => {
    using tree = new TempTree({
      '.env': { to: 'secrets/env' },
      'secrets/env': '',
      '.env.x': { to: '/etc/shadow' },
    })
    expect(paths(protectionOf(tree.path))).toEqual([tree.at('secrets/env')])
  })

  test('is sockets that somebody listens on, wherever they are', async () => {
    using tree = new TempTree({ 'a/b/': '' })
    const path = tree.at('a/b/socket')
    const code = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`
    const server = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
    using _ = { [Symbol.dispose]: () => void server.kill('SIGKILL') }
    await once(server.stdout, 'data')
    const { mounts, asked } = workspaceOf(tree.path)
    expect(paths(protect({ mounts, asked, state: [] }))).toEqual([path])
  })
})

describe('what a workspace protects', () => {
  const inRoot = ['.envrc', '.mcp.json', '.claude', '.vscode', '.idea']

  test('is what the tools of its owner trust: frozen where it is there, held where it is not', () => {
    using tree = new TempTree({ '.envrc': '', '.vscode/tasks.json': '' })
    const protection = protectionOf(tree.path)
    expect(protection.frozen).toEqual([tree.at('.envrc'), tree.at('.vscode')])
    expect(places(protection)).toEqual(['.mcp.json', '.claude', '.idea'].map((name) => tree.at(name)))
  })

  test('is held again, not only frozen, where another job holds its place', async () => {
    using tree = new TempTree({ 'work/': '' })
    const first = protectionOf(tree.at('work'))
    await using _ = await Placeholders.place(tree.at('state'), first)
    const second = protectionOf(tree.at('work'))
    expect(second).toEqual(first)
  })

  test('needs no protection when it is read-only', () => {
    using tree = new TempTree({ '.envrc': '', '.git/config': '' })
    const { frozen, placeholders, pins } = protectionOf(tree.path, {}, [])
    expect({ frozen, placeholders, pins }).toEqual({ frozen: [], placeholders: [], pins: [] })
  })

  test('is what makes git run programs, and .git stays where it is', () => {
    using tree = new TempTree({ '.git/config': '', '.git/hooks/x': '', '.git/modules/m/config': '' })
    const protection = protectionOf(tree.path)
    expect(protection.frozen).toEqual(['hooks', 'config', 'modules'].map((name) => tree.at(`.git/${name}`)))
    expect(places(protection)).toContain(tree.at('.git/config.worktree'))
    expect(protection.forbidden).toEqual([tree.at('.git/commondir')])
    expect(protection.pins).toEqual([
      {
        source: tree.at('.git'),
        target: tree.at('.git'),
        type: 'directory',
        access: 'write',
        isIdMapped: false,
      },
    ])
  })

  test('is nothing for git where there is no repository', () => {
    using tree = new TempTree()
    expect(places(protectionOf(tree.path))).toEqual(inRoot.map((name) => tree.at(name)))
  })

  test('is the file .git of a linked worktree, and a bare repository', () => {
    using tree = new TempTree({
      'linked/.git': 'gitdir: x',
      'bare/HEAD': '',
      'bare/objects/': '',
      'bare/refs/': '',
      'bare/config': '',
    })
    expect(protectionOf(tree.at('linked')).frozen).toEqual([tree.at('linked/.git')])
    expect(protectionOf(tree.at('bare')).frozen).toEqual([tree.at('bare/config')])
    expect(places(protectionOf(tree.at('bare')))).toContain(tree.at('bare/hooks'))
  })

  test('is what a link leads to, and no place is held where one is', () => {
    using tree = new TempTree({
      '.bashrc': { to: 'dotfiles/bashrc' },
      'dotfiles/bashrc': '',
      '.zshrc': { to: 'none' },
    })
    const protection = protectionOf(tree.path, { homes: [login(tree.path)] })
    expect(protection.frozen).toEqual([tree.at('dotfiles/bashrc')])
    expect(places(protection)).not.toContain(tree.at('.bashrc'))
    expect(places(protection)).not.toContain(tree.at('.zshrc'))
  })

  test('of a home directory is what a login runs, where somebody logs in', () => {
    using tree = new TempTree({ '.profile': '' })
    const ofLogin = protectionOf(tree.path, { homes: [login(tree.path)] })
    expect(ofLogin.frozen).toEqual([tree.at('.profile')])
    expect(places(ofLogin)).toContain(tree.at('.bashrc'))
    const ofDaemon = protectionOf(tree.path, { homes: [{ path: tree.path, isLogin: false }] })
    expect([ofDaemon.frozen, places(ofDaemon)]).toEqual([[], inRoot.map((name) => tree.at(name))])
  })

  test('is not covered twice', () => {
    using tree = new TempTree({ '.git/hooks/': '', '.git/config': '' })
    const protection = protectionOf(tree.path, { state: [tree.at('.git')] })
    expect(paths(protection)).toEqual([tree.at('.git')])
    expect(protection.frozen).toEqual([])
  })
})
