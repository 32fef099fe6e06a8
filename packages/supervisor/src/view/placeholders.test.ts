import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, test } from 'vitest'
import type { Standin } from './held-file.ts'
import { Placeholders, removeStalePlaceholders } from './placeholders.ts'
import type { Protection } from './protect.ts'
import { TempTree } from './tree-fixture.ts'

type Wanted = Pick<Protection, 'placeholders' | 'forbidden'>
const wanted = (
  paths: readonly string[],
  forbidden: readonly string[] = [],
  kind: Standin = 'file',
): Wanted => ({
  placeholders: paths.map((path) => ({ path, seen: [path], kind })),
  forbidden,
})
const ledgerOf = (tree: TempTree): string[] => readdirSync(tree.at('state')).filter((name) => name !== 'lock')

describe('a placeholder', () => {
  test('is an empty file that nobody writes, from the launch to the end of the job', async () => {
    using tree = new TempTree({ 'work/': '' })
    const path = tree.at('work/.envrc')
    {
      await using held = await Placeholders.place(tree.at('state'), wanted([path]))
      expect(held.frozen).toEqual([path])
      expect(lstatSync(path)).toMatchObject({ size: 0, mode: 0o100444 })
    }
    expect(existsSync(path)).toBe(false)
    expect(ledgerOf(tree)).toEqual([])
  })

  test.for([
    ['file', '?? .envrc\n'],
    ['socket', ''],
  ] as const)('that is a %s is shown by git as %j', async ([kind, status]) => {
    using tree = new TempTree({ 'work/': '' })
    const git = (...args: string[]): string =>
      execFileSync('git', ['-C', tree.at('work'), ...args]).toString()
    git('init', '-q')
    const path = tree.at('work/.envrc')
    {
      await using _ = await Placeholders.place(tree.at('state'), wanted([path], [], kind))
      expect(existsSync(path)).toBe(true)
      expect(git('status', '--porcelain')).toBe(status)
    }
    expect(existsSync(path)).toBe(false)
  })

  test('that is a socket is exchanged by nobody unseen', async () => {
    using tree = new TempTree({ 'work/': '' })
    const path = tree.at('work/.envrc')
    const held = await Placeholders.place(tree.at('state'), wanted([path], [], 'socket'))
    // Nobody but root may even try.
    expect(() => writeFileSync(path, 'x')).toThrow(process.geteuid?.() === 0 ? 'ENXIO' : 'EACCES')
    writeFileSync(tree.at('work/new'), 'mine')
    execFileSync('mv', ['-f', tree.at('work/new'), path])
    await held[Symbol.asyncDispose]()
    expect(readFileSync(path, 'utf8')).toBe('mine')
  })

  test('stays when somebody wrote into it, exchanged it or gave it another name', async () => {
    using tree = new TempTree({ 'work/': '' })
    const [written, exchanged, linked] = ['a', 'b', 'c'].map((name) => tree.at(`work/${name}`))
    if (written === undefined || exchanged === undefined || linked === undefined) throw new Error()
    const held = await Placeholders.place(tree.at('state'), wanted([written, exchanged, linked]))
    chmodSync(written, 0o600)
    writeFileSync(written, 'mine')
    writeFileSync(tree.at('work/new'), '')
    execFileSync('mv', ['-f', tree.at('work/new'), exchanged])
    linkSync(linked, tree.at('work/other'))
    await held[Symbol.asyncDispose]()
    expect(readdirSync(tree.at('work')).toSorted()).toEqual(['a', 'b', 'c', 'other'])
  })

  test('is not put where something is, and that is never removed', async () => {
    using tree = new TempTree({ 'work/empty': '', 'work/dir/': '' })
    symlinkSync('nowhere', tree.at('work/link'))
    const paths = ['empty', 'dir', 'link'].map((name) => tree.at(`work/${name}`))
    {
      await using held = await Placeholders.place(tree.at('state'), wanted(paths))
      expect(held.frozen).toEqual(paths)
    }
    expect(readdirSync(tree.at('work'))).toEqual(['dir', 'empty', 'link'])
  })

  test('is not put through a link, nor where the directory is missing', async () => {
    using tree = new TempTree({ 'work/': '', 'target/': '' })
    symlinkSync(tree.at('target'), tree.at('work/sub'))
    const paths = [tree.at('work/sub/.envrc'), tree.at('missing/.envrc')]
    await using held = await Placeholders.place(tree.at('state'), wanted(paths))
    expect(held.frozen).toEqual([])
    expect(readdirSync(tree.at('target'))).toEqual([])
  })

  test('is shared by jobs and goes with the last', async () => {
    using tree = new TempTree({ 'work/': '' })
    const path = tree.at('work/.envrc')
    const first = await Placeholders.place(tree.at('state'), wanted([path]))
    const second = await Placeholders.place(tree.at('state'), wanted([path]))
    const { ino } = lstatSync(path)
    await first[Symbol.asyncDispose]()
    expect(lstatSync(path).ino).toBe(ino)
    await second[Symbol.asyncDispose]()
    expect(existsSync(path)).toBe(false)
  })

  test('cannot stand for what is forbidden: that is removed after the job', async () => {
    using tree = new TempTree({ 'work/.git/': '' })
    const path = tree.at('work/.git/commondir')
    {
      await using _ = await Placeholders.place(tree.at('state'), wanted([], [path]))
      writeFileSync(path, '../evil')
    }
    expect(existsSync(path)).toBe(false)
  })
})

describe('after a supervisor was killed', () => {
  test('the next start removes what it left, and of that only what is empty', async () => {
    using tree = new TempTree({ 'work/': '' })
    const paths = ['left', 'used'].map((name) => tree.at(`work/${name}`))
    leave(tree, wanted(paths))
    expect(readdirSync(tree.at('work'))).toEqual(['left', 'used'])
    chmodSync(tree.at('work/used'), 0o600)
    writeFileSync(tree.at('work/used'), 'content')
    expect(await removeStalePlaceholders(tree.at('state'))).toEqual([tree.at('work/left')])
    expect(readdirSync(tree.at('work'))).toEqual(['used'])
    expect(ledgerOf(tree)).toEqual([])
  })

  test('what a living neighbour holds stays', async () => {
    using tree = new TempTree({ 'work/': '' })
    const path = tree.at('work/.envrc')
    await using _ = await Placeholders.place(tree.at('state'), wanted([path]))
    leave(tree, wanted([path]))
    expect(await removeStalePlaceholders(tree.at('state'))).toEqual([])
    expect(existsSync(path)).toBe(true)
  })

  test('what a neighbour holds in another container stays: its pids are not ours', async () => {
    using tree = new TempTree({ 'work/': '' })
    const path = tree.at('work/.envrc')
    const unshare = process.geteuid?.() === 0 ? [] : ['--user', '--map-root-user']
    const argv = [...unshare, '--pid', '--fork', '--kill-child', '--mount-proc', process.execPath]
    const place = placing(tree, wanted([path]), "console.log('placed'); setInterval(() => {}, 1000)")
    const neighbour = spawn('unshare', [...argv, ...place], { stdio: ['ignore', 'pipe', 'inherit'] })
    using _ = { [Symbol.dispose]: () => void neighbour.kill('SIGKILL') }
    await once(neighbour.stdout, 'data')
    expect(await removeStalePlaceholders(tree.at('state'))).toEqual([])
    expect(existsSync(path)).toBe(true)
  })

  test('what it had begun and not written down goes, too, but no older empty file', async () => {
    using tree = new TempTree({ 'work/old': '' })
    chmodSync(tree.at('work/old'), 0o444)
    await new Promise((resolve) => setTimeout(resolve, 1100))
    const entry = (name: string): string => {
      const owner = { pid: 1, startTime: -1, bootId: 'another boot', pidNamespace: '1' }
      const placed = [{ path: tree.at(`work/${name}`) }]
      return JSON.stringify({ owner, placed, since: Date.now() })
    }
    await removeStalePlaceholders(tree.at('state'))
    for (const name of ['old', 'new']) writeFileSync(tree.at(`state/${name}.json`), entry(name))
    writeFileSync(tree.at('work/new'), '', { mode: 0o444 })
    expect(await removeStalePlaceholders(tree.at('state'))).toEqual([tree.at('work/new')])
    expect(readdirSync(tree.at('work'))).toEqual(['old'])
  })
})

/** Another supervisor places files and is killed. */
function leave(tree: TempTree, protection: Wanted): void {
  const argv = placing(tree, protection, "process.kill(process.pid, 'SIGKILL')")
  expect(spawnSync(process.execPath, argv).signal).toBe('SIGKILL')
}

/** Arguments of a Node that places files and then does something else. */
function placing(tree: TempTree, protection: Wanted, then: string): string[] {
  const module = JSON.stringify(join(import.meta.dirname, 'placeholders.ts'))
  const code = `
    const { Placeholders } = await import(${module})
    await Placeholders.place(${JSON.stringify(tree.at('state'))}, ${JSON.stringify(protection)})
    ${then}
  `
  return ['--conditions=runtimo-source', '--input-type=module', '-e', code]
}
