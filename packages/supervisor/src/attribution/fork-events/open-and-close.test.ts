import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ForkEvents, type ForkEventsOptions } from './fork-events.ts'

const probe = await ForkEvents.open()
if (probe instanceof ForkEvents) await probe[Symbol.asyncDispose]()
else console.warn(`skipped: ${probe.unavailable}`)

const module = JSON.stringify(new URL('fork-events.ts', import.meta.url).href)
const program = (body: string): string[] => [
  '--input-type=module',
  '--eval',
  `import { ForkEvents } from ${module}; const events = await ForkEvents.open(); ${body}`,
]

describe.skipIf(!(probe instanceof ForkEvents))('opening and closing', { timeout: 30_000 }, () => {
  test('no thread and no descriptor is left', async () => {
    const descriptors = readdirSync('/proc/self/fd').length
    const others = listeners()
    const events = await open()
    expect(listeners()).toHaveLength(others.length + 1)
    await events[Symbol.asyncDispose]()
    await events[Symbol.asyncDispose]()
    await expect.poll(listeners).toEqual(others)
    expect(readdirSync('/proc/self/fd')).toHaveLength(descriptors)
    await expect(events.lineage(process.pid)).rejects.toThrow('has ended')
  })

  test('who asks too late is told', async () => {
    const events = await open()
    const closing = events[Symbol.asyncDispose]()
    await expect(events.lineage(process.pid)).rejects.toThrow('has ended')
    await closing
  })

  test.each(['', 'process.exit(0)'])('a process that forgets to close it still ends (%s)', (body) => {
    const { status, stdout } = spawnSync(process.execPath, program(`console.log('opened'); ${body}`))
    expect({ status, stdout: String(stdout) }).toEqual({ status: 0, stdout: 'opened\n' })
  })

  test.each(['--net', '--pid'])('in another namespace (%s) it says why it cannot', (namespace) => {
    const node = program('console.log(events.unavailable)')
    const { stdout } = spawnSync('unshare', [...asAnybody, namespace, '--fork', process.execPath, ...node])
    expect(String(stdout)).toContain('initial')
  })

  test('an overflow marks the lineage, and questions are still answered', async () => {
    await using events = await open({ receiveBuffer: 1, runsFirst: false })
    const child = spawn('sh', ['-c', 'while read line; do (:) & (:) & (:) & wait; done'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    const storm = async (): Promise<boolean> => {
      child.stdin.write('\n'.repeat(100))
      return (await events.lineage(child.pid ?? 0)).lost
    }
    await expect.poll(storm, { timeout: 20_000 }).toBe(true)
    child.stdin.end()
    await once(child, 'exit')
    expect((await events.alive(child.pid ?? 0)).living).toEqual([])
  })
})

/** A user namespace lets others than root make the rest. */
const asAnybody = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']

async function open(options?: ForkEventsOptions): Promise<ForkEvents> {
  const events = await ForkEvents.open(options)
  if (!(events instanceof ForkEvents)) throw new Error(events.unavailable)
  return events
}

function listeners(): string[] {
  return readdirSync('/proc/self/task').filter((tid) => {
    return readFileSync(`/proc/self/task/${tid}/comm`, 'utf8').startsWith('forks:')
  })
}
