import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { findProcesses, readChildren, until } from '../support/processes.ts'
import { pauseBefore, remove } from './edit.ts'
import { Launched, type Options, workplace } from './launched.ts'

const windowMs = 150
const tries = 3

const defences = {
  'the death signal': /prctl\(PR_SET_PDEATHSIG.*launcher/u,
  'the look at the pair': /launcher lives/u,
}
type Defence = keyof typeof defences

/** A launcher whose child waits before it makes sure to end with it, killed in that window or after it. */
async function survives(
  level: 'sandbox' | 'process',
  when: 'inside' | 'after',
  without?: Defence,
): Promise<boolean> {
  const place = workplace(level)
  const edit: Options['edit'] = (base) => {
    const label = level === 'sandbox' ? 'init' : 'job'
    pauseBefore(base, label, defences['the death signal'], windowMs)
    if (without !== undefined) remove(base, defences[without])
  }
  const job = new Launched(['/bin/true'], { level, edit, isGone: false }, place)
  job.held.catch(() => {})
  if (when === 'after') await job.ready
  else await until('the child', () => readChildren(job.pid).length > 0)
  job.child.kill('SIGKILL')
  // Longer than the window; who has not ended by then waits for the supervisor.
  await sleep(2 * windowMs)
  const left = findProcesses(place.player)
  for (const pid of left) process.kill(pid, 'SIGKILL')
  return left.length > 0
}

async function survivors(...args: Parameters<typeof survives>): Promise<number> {
  const found = await Promise.all(Array.from({ length: tries }, () => survives(...args)))
  return found.filter(Boolean).length
}

describe.each(['sandbox', 'process'] as const)('when the launcher of a %s dies', (level) => {
  test('nobody survives, whenever it is', async () => {
    expect(await Promise.all([survivors(level, 'inside'), survivors(level, 'after')])).toEqual([0, 0])
  })

  test('without the look at the pair, its child survives a death before the signal was asked for', async () => {
    expect(await survivors(level, 'inside', 'the look at the pair')).toBe(tries)
  })

  test('without the death signal, its child survives a later death', async () => {
    expect(await survivors(level, 'after', 'the death signal')).toBe(tries)
  })
})
