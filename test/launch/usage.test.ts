import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { readChildren, until } from '../support/processes.ts'
import { remove } from './edit.ts'
import { Launched, type Outcome, python, shell } from './launched.ts'

const burnMs = 150
/** Python that uses so much processor time, says so by a file, and then waits for its end. */
const burn = (file: string): string => `import time
while time.process_time() < ${burnMs / 1000}: pass
open("${file}","w"); time.sleep(60)`
/** Starts it as a daemon, and waits until it has used its time. */
const daemon = `printf '%s' '${burn('done')}' > burn.py
  setsid /usr/bin/python3 burn.py </dev/null >/dev/null 2>&1 &
  until [ -e done ]; do sleep 0.01; done`

const cpuMs = ({ usage }: Outcome): number => (usage?.userMs ?? NaN) + (usage?.systemMs ?? NaN)

/** A job whose daemon has used its time and lives. */
async function burnt(options: ConstructorParameters<typeof Launched>[1] = {}): Promise<Launched> {
  const job = new Launched(['/bin/sh', '-c', `${daemon}; touch ready; sleep 60`], options)
  await until('the daemon', () => existsSync(join(job.workspace, 'ready')))
  return job
}

describe('the usage of a sandbox', () => {
  test('holds a daemon that still lived when the job ended', async () => {
    const ran = await shell(daemon)
    expect(ran).toMatchObject({ code: 0, ended: { code: 0 } })
    expect(cpuMs(ran)).toBeGreaterThanOrEqual(burnMs)
  })

  test('holds everybody whom the closing of the tape killed', async () => {
    const job = await burnt()
    job.letGo()
    const ran = await job.outcome
    expect(ran.ended).toMatchObject({ code: null, signal: 9 })
    expect(cpuMs(ran)).toBeGreaterThanOrEqual(burnMs)
  })

  test('does not hold those who died with pid 1: the kernel reaps them without counting', async () => {
    const job = await burnt()
    const [init] = readChildren(job.pid)
    process.kill(Number(init), 'SIGKILL')
    const ran = await job.outcome
    expect(ran).toMatchObject({ code: 125, ended: undefined, failed: undefined })
    expect(cpuMs(ran)).toBeLessThan(burnMs)
  })

  test('does not hold children of those who ignore their end', async () => {
    const ran = await python(`import signal,os
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
if os.fork() == 0:
  import time
  while time.process_time() < ${burnMs / 1000}: pass
  os._exit(0)
try: os.wait()
except ChildProcessError: pass`)
    expect(ran.code).toBe(0)
    expect(cpuMs(ran)).toBeLessThan(burnMs)
  })

  test('counts tasks, memory of the largest process, and what was written', async () => {
    const ran = await python(`import subprocess,threading
block = b"x" * (64 << 20)
for _ in range(3): subprocess.run(["/bin/true"])
t = threading.Thread(target=lambda: 0); t.start(); t.join()
open("file","wb").write(block[:1 << 20])`)
    expect(ran.usage?.tasks).toBe(5)
    expect(ran.usage?.maxRssBytes).toBeGreaterThan(64 << 20)
    expect(ran.usage?.writtenChars).toBeGreaterThan(1 << 20)
    expect(ran.usage?.voluntarySwitches).toBeGreaterThan(3)
  })

  test('a sandbox that was let go runs on without the look at its tape', async () => {
    const job = await burnt({ edit: (_, tape) => remove(tape, /^ppoll.*the tape is open/u) })
    job.letGo()
    await sleep(50)
    expect(job.child.exitCode).toBeNull()
  })
})

describe('the usage at level process', () => {
  test('comes when nobody is left, and holds daemons that were killed; the end of the job comes at once', async () => {
    const job = new Launched(['/bin/sh', '-c', daemon], { level: 'process' })
    await until('the daemon', () => existsSync(join(job.workspace, 'done')))
    await until('its adoption', () => readChildren(job.pid).length === 1)
    await sleep(20)
    expect(job.child.exitCode).toBeNull()
    for (const pid of readChildren(job.pid)) process.kill(pid, 'SIGKILL')
    const ran = await job.outcome
    expect(ran).toMatchObject({ code: 0, frames: ['ready', 'held', 'ended', 'usage'] })
    expect(cpuMs(ran)).toBeGreaterThanOrEqual(burnMs)
    expect(ran.usage?.tasks).toBeUndefined()
  })
})
