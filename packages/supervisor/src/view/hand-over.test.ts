import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, test } from 'vitest'
import { handOver } from './hand-over.ts'
import { TempTree } from './tree-fixture.ts'

const isRoot = process.geteuid?.() === 0
if (!isRoot) console.warn('skipped: handing a workspace over: only root may')
const caller = { uid: 0, gid: 0 }
const job = { uid: 64_999, gid: 64_998 }
const uid = (path: string): number => lstatSync(path).uid

describe.skipIf(!isRoot)('a workspace handed over', () => {
  test('belongs to the user of the job, and afterwards to the caller, with what the job made', async () => {
    using tree = new TempTree({ 'work/a/b': '', outside: '' })
    const work = tree.at('work')
    symlinkSync('../outside', join(work, 'link'))
    writeFileSync(Buffer.concat([Buffer.from(`${work}/`), Buffer.from([0xff, 0xfe])]), '')
    {
      await using _ = await handOver(work, caller, job)
      expect(owners(work)).toEqual(['64999:64998'])
      writeFileSync(join(work, 'made'), '')
      chownSync(join(work, 'made'), job.uid, job.gid)
      linkSync(join(work, 'made'), join(work, 'again'))
    }
    expect(owners(work)).toEqual(['0:0'])
  })

  test('changes nothing that a link leads to, nor what others own', async () => {
    using tree = new TempTree({ 'work/theirs': '', 'outside/file': '' })
    symlinkSync(tree.at('outside'), tree.at('work/link'))
    chownSync(tree.at('work/theirs'), 1234, 0)
    {
      await using _ = await handOver(tree.at('work'), caller, job)
      expect(uid(tree.at('work/link'))).toBe(job.uid)
      expect([uid(tree.at('outside')), uid(tree.at('outside/file'))]).toEqual([0, 0])
      expect(uid(tree.at('work/theirs'))).toBe(1234)
    }
    expect(uid(tree.at('work/theirs'))).toBe(1234)
  })

  test('is refused with a file of several names, before anything is changed', async () => {
    using tree = new TempTree({ 'work/z': '', 'work/a': '', shadow: 'secret' })
    linkSync(tree.at('shadow'), tree.at('work/m'))
    await expect(handOver(tree.at('work'), caller, job)).rejects.toMatchObject({
      code: 'RT_POSTURE_UNAVAILABLE',
      message: expect.stringContaining(tree.at('work/m')),
    })
    expect(owners(tree.at('work'))).toEqual(['0:0'])
  })

  test('would have given that file away', () => {
    using tree = new TempTree({ 'work/': '', shadow: 'secret' })
    linkSync(tree.at('shadow'), tree.at('work/m'))
    execFileSync('chown', ['-R', `${job.uid}`, tree.at('work')])
    expect(uid(tree.at('shadow'))).toBe(job.uid)
  })

  test('loses set-id bits', async () => {
    using tree = new TempTree({ 'work/program': '' })
    chmodSync(tree.at('work/program'), 0o6755)
    await using _ = await handOver(tree.at('work'), caller, job)
    expect(statSync(tree.at('work/program')).mode & 0o7777).toBe(0o755)
  })

  test('stays on its mount', () => {
    using tree = new TempTree({ 'work/mnt/': '', 'other/file': '' })
    const script = `
      const { handOver } = await import(${JSON.stringify(join(import.meta.dirname, 'hand-over.ts'))})
      await handOver(${JSON.stringify(tree.at('work'))}, { uid: 0, gid: 0 }, { uid: 64999, gid: 64998 })
    `
    const mount = `mount --bind ${tree.at('other')} ${tree.at('work/mnt')} && exec "$0" --conditions=runtimo-source --input-type=module -e "$1"`
    execFileSync('unshare', ['-m', 'sh', '-c', mount, process.execPath, script])
    expect(uid(tree.at('work'))).toBe(job.uid)
    expect([uid(tree.at('other')), uid(tree.at('other/file'))]).toEqual([0, 0])
  })

  test('is deep or wide, and leaves no descriptor', async () => {
    using tree = new TempTree({ 'work/': '' })
    mkdirSync(tree.at(`work/${'d/'.repeat(200)}`), { recursive: true })
    for (let i = 0; i < 500; i += 1) writeFileSync(tree.at(`work/${i}`), '')
    const before = readdirSync('/proc/self/fd').length
    {
      await using _ = await handOver(tree.at('work'), caller, job)
      expect(owners(tree.at('work'))).toEqual(['64999:64998'])
    }
    expect(readdirSync('/proc/self/fd')).toHaveLength(before)
  })
})

/** Of everything in a directory, each once. */
function owners(directory: string): string[] {
  const lines = execFileSync('find', [directory, '-printf', '%U:%G\n']).toString().trim().split('\n')
  return [...new Set(lines)]
}
