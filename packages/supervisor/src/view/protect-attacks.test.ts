import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { reasonAgainstChroot, runInView } from './chroot-fixture.ts'
import { probeHostRoot } from './host-root.ts'
import { orderMounts } from './order.ts'
import { Placeholders } from './placeholders.ts'
import { protect } from './protect.ts'
import { sandboxView, type SandboxView } from './sandbox-view.ts'
import { TempTree } from './tree-fixture.ts'
import { openWorkspace, type Workspace } from './workspace.ts'

interface Outcome {
  readonly tree: TempTree
  /** Exit codes of the attack. */
  readonly unprotected: number | null
  readonly protected: number | null
}

const machine = probeHostRoot()
/** Less to mount: these attacks need no /etc. */
const host = { ...machine, mounts: machine.mounts.slice(0, 1) }

const unavailable = reasonAgainstChroot()
if (unavailable !== undefined) console.warn(`skipped: attacks on a protected view: ${unavailable}`)

describe.skipIf(unavailable !== undefined)('a job that attacks', () => {
  const trees: TempTree[] = []
  afterEach(() => trees.splice(0).forEach((tree) => tree[Symbol.dispose]()))

  /** A repository with secrets, and what a job could do there with and without protection. */
  async function attack(script: string): Promise<Outcome> {
    const before = repository()
    const open = workspaceOf(before)
    const unprotected = runInView(viewOf(open), shell(before, script)).status
    const tree = repository()
    const workspace = workspaceOf(tree)
    const { mounts, asked } = workspace
    const covers = protect({
      mounts,
      asked,
      state: [tree.at('state')],
      homes: [{ path: tree.path, isLogin: true }],
      sockets: [],
    })
    const view = viewOf({ ...workspace, mounts: orderMounts([...mounts, ...covers.pins]) })
    using ledger = new TempTree()
    await using held = await Placeholders.place(ledger.at('held'), covers)
    const frozen = [...covers.frozen, ...held.frozen]
    const { status } = runInView(view, shell(tree, script), { masks: covers.masks, frozen })
    return { tree, unprotected, protected: status }
  }

  function repository(): TempTree {
    const tree = new TempTree({
      '.env': 'secret',
      '.envrc': 'x',
      '.ssh/id': 'secret',
      'state/wal': 'x',
      '.config/gh/a': 'secret',
    })
    trees.push(tree)
    execFileSync('git', ['init', '-q', tree.path])
    return tree
  }

  test.for([
    ['reads .env', 'grep secret .env'],
    ['reads a key', 'cat .ssh/id'],
    ['reads a key through its parent moved away', 'mv .config y && cat y/gh/a'],
    ['writes a hook', 'echo x > .git/hooks/pre-commit'],
    ['writes the settings of git', 'git config core.fsmonitor evil'],
    ['moves the settings away', 'mv .git/config x'],
    ['moves the repository away and makes another', 'mv .git x && mkdir .git && echo evil > .git/config'],
    ['removes the repository', 'rm -rf .git/hooks && [ ! -e .git/hooks ]'],
    ['writes .envrc', 'echo x > .envrc'],
    ['exchanges .envrc', 'echo x > y && mv -f y .envrc'],
    ['removes .envrc', 'rm -f .envrc'],
    ['makes what was not there', 'echo x > .mcp.json'],
    ['makes a directory that was not there', 'mkdir .vscode'],
    ['makes settings of a worktree', 'echo x > .git/config.worktree'],
    ['makes what a login runs', 'echo x > .bashrc'],
    ['writes our state', 'echo x > state/wal'],
    ['moves our state away and makes another', 'mv state x && mkdir state && echo x > state/wal'],
    ['links to a secret', 'ln .ssh/id y && cat y'],
  ])('%s no more', async ([, script]) => {
    const outcome = await attack(script ?? '')
    expect(outcome.unprotected).toBe(0)
    expect(outcome.protected).not.toBe(0)
    expect(readFileSync(outcome.tree.at('state/wal'), 'utf8')).toBe('x')
    expect(existsSync(outcome.tree.at('.git/config'))).toBe(true)
  })

  test('can still commit everything that it made, and nothing of ours', async () => {
    const script = 'echo x > file && git add -A . && git -c user.name=a -c user.email=b@c commit -qm x'
    const { tree, protected: status } = await attack(script)
    expect(status).toBe(0)
    expect(spawnSync('git', ['-C', tree.path, 'log', '--oneline']).stdout.toString()).toContain(' x')
    const committed = spawnSync('git', ['-C', tree.path, 'ls-files']).stdout.toString().split('\n')
    expect(committed).toContain('file')
    const ours = new Set(['.mcp.json', '.claude', '.vscode', '.idea'])
    expect(committed.filter((name) => ours.has(name))).toEqual([])
  })
})

function viewOf(workspace: Workspace): SandboxView {
  const caps = { bytes: 2 ** 20, inodes: 100 }
  return sandboxView({ host, workspace, uid: 0, gid: 0, scratch: caps, sharedMemory: caps })
}

function shell(tree: TempTree, script: string): string[] {
  return ['/bin/sh', '-c', `cd ${tree.path} && export HOME=/home/job && ${script}`]
}

function workspaceOf({ path }: TempTree): Workspace {
  return openWorkspace({ workingDir: path, write: ['.'], host, isIdMapped: false })
}
