import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Sampler } from './sampler.ts'

/** A /proc of our own making. */
function procTree(): {
  readonly root: string
  readonly set: (pid: number, ppid: number, start: number, children: number[]) => void
} {
  const root = mkdtempSync(join(tmpdir(), 'runtimo-test-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  return {
    root,
    set: (pid, ppid, start, children) => {
      const directory = join(root, 'proc', String(pid), 'task', String(pid))
      mkdirSync(directory, { recursive: true })
      writeFileSync(join(directory, 'children'), children.join(' '))
      const fields = `${pid} (p${start}) S ${ppid} 1 1 0 -1 0 0 0 0 0 1 1 0 0 20 0 1 0 ${start} 1 1 0`
      writeFileSync(join(root, 'proc', String(pid), 'stat'), fields)
    },
  }
}

function sampler(root: string): Sampler {
  const made = new Sampler({ pid: 10, startTime: 100 }, 1_000_000, root)
  onTestFinished(() => made[Symbol.dispose]())
  return made
}

const seen = (of: Sampler): string[] => of.seen.map(({ pid, startTime }) => `${pid}:${startTime}`)

test('children and their children are met', () => {
  const { root, set } = procTree()
  set(10, 1, 100, [11])
  set(11, 10, 101, [12])
  set(12, 11, 102, [])
  expect(seen(sampler(root))).toEqual(['10:100', '11:101', '12:102'])
})

test('a stranger who has the pid of a dead member is no member, nor are his children', () => {
  const { root, set } = procTree()
  set(10, 1, 100, [11])
  set(11, 10, 101, [])
  const watching = sampler(root)
  set(10, 1, 100, [])
  set(11, 1, 500, [13]) // used again by somebody else
  set(13, 11, 501, [])
  watching.sample()
  watching.sample([{ pid: 11, startTime: 101 }])
  expect(seen(watching)).toEqual(['10:100', '11:101'])
})

test('a listed child that has another parent by now is no member', () => {
  const { root, set } = procTree()
  set(10, 1, 100, [11])
  set(11, 999, 500, [])
  expect(seen(sampler(root))).toEqual(['10:100'])
})
