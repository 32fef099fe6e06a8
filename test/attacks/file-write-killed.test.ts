import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { settleJournal } from '@runtimo/capabilities'
import { expect, test } from 'vitest'
import { givenWorkplace, type Workplace } from '../../packages/capabilities/src/file-write/job-fixture.ts'

const names = ['a', 'b', 'c']
const size = 1_000_000

const contentOf = (name: string, round: number): string => `${name}${round} `.repeat(size).slice(0, size)

/** Writes each file again and again, with its name and a number over and over; prints what is written for sure. */
const program = (write: string): string => `
  import { findBuiltin } from '@runtimo/capabilities'
  import { writeFileSync } from 'node:fs'
  const [directory, access] = JSON.parse(process.argv[1])
  const { execute } = findBuiltin('FileWrite')
  const writes = {
    inPlace: async (path, content) => writeFileSync(directory + '/' + path, content),
    fileWrite: async (path, content, round) => {
      const jobId = 'job' + process.pid + path + round
      await execute({ path, content }, { jobId, dryRun: false, workingDir: directory }, access)
    },
  }
  console.log('ready')
  await Promise.all(${JSON.stringify(names)}.map(async (name) => {
    for (let round = 1; ; round++) {
      await writes.${write}(name, (name + round + ' ').repeat(${size}).slice(0, ${size}), round)
      console.log(name + round)
      await new Promise(setImmediate)
    }
  }))`

/** Of each file the number of the content that is in it, or `mixed`; and the last that was said to be written. */
interface Found {
  /** Of the write that was not said to be done. */
  readonly jobId: string
  readonly content: number | 'mixed'
  readonly said: number
}

/** Starts it, and kills it at any moment. */
async function killWhile({ directory, access }: Workplace, write: string): Promise<Found[]> {
  for (const name of names) writeFileSync(join(directory, name), contentOf(name, 0))
  const flags = ['--conditions=runtimo-source', '--input-type=module', '--eval', program(write)]
  const child = spawn(process.execPath, [...flags, JSON.stringify([directory, access])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
  const closed = once(child, 'close')
  await once(child.stdout, 'data')
  await sleep(Math.random() * 100)
  child.kill('SIGKILL')
  expect(await closed).toEqual([null, 'SIGKILL'])
  return names.map((name) => {
    const rounds = [...printed.matchAll(new RegExp(`^${name}(\\d+)$`, 'gmu'))].map(([, n]) => Number(n))
    const said = Math.max(0, ...rounds)
    const content = roundOf(name, readFileSync(join(directory, name), 'utf8'))
    return { jobId: `job${child.pid}${name}${said + 1}`, content, said }
  })
}

function roundOf(name: string, text: string): number | 'mixed' {
  const round = Number(/^\w(\d+) /u.exec(text)?.[1])
  return text === contentOf(name, round) ? round : 'mixed'
}

test('who is killed while it writes in place leaves a part', async () => {
  const here = givenWorkplace()
  let mixed = false
  for (let round = 0; round < 30 && !mixed; round++) {
    mixed = (await killWhile(here, 'inPlace')).some(({ content }) => content === 'mixed')
  }
  expect(mixed).toBe(true)
})

test('who is killed while it runs FileWrite leaves each file old or new, loses nothing that it said is written, and recovery leaves nothing beside', async () => {
  const here = givenWorkplace()
  let written = 0
  for (let round = 0; round < 12; round++) {
    for (const { jobId, content, said } of await killWhile(here, 'fileWrite')) {
      // What was not yet said may be there.
      expect([said, said + 1]).toContain(content)
      written += said
      const settled = await settleJournal(here.access.backups, jobId, { dryRun: false })
      expect(settled.files).not.toBe('damaged')
    }
    expect(readdirSync(here.directory).filter((name) => !names.includes(name))).toEqual([])
  }
  expect(written).toBeGreaterThan(0)
})
