import { describe, expect, test } from 'vitest'
import { launched, Launched, shell } from './launched.ts'
import { insideNode, jobUid } from './policies.ts'

describe.each(['sandbox', 'process'] as const)('at level %s', (level) => {
  test('a program runs as the job user, with its streams and its exit code', async () => {
    const ran = await shell('id -u; echo err >&2; exit 7', { level })
    expect(ran).toMatchObject({ code: 7, signal: null, out: `${jobUid}\n`, err: 'err\n', failed: undefined })
    expect(ran.ended).toEqual({ kind: 'ended', code: 7, signal: null })
    expect(ran.frames).toEqual(['ready', 'held', 'ended', 'usage'])
  })

  test.each([
    ['KILL', 9],
    ['SEGV', 11],
    ['TERM', 15],
  ])('its death by SIG%s is the death of the launcher', async (name, number) => {
    const ran = await shell(`kill -${name} $$`, { level })
    expect(ran).toMatchObject({ code: null, signal: `SIG${name}`, ended: { code: null, signal: number } })
  })

  test('a missing program is reported by its call and purpose', async () => {
    const { code, failed } = await launched(['/nope'], { level })
    expect(failed).toMatchObject({ call: 'execve', purpose: "start the job's program", errno: 2 })
    expect(failed?.text).toContain('"/nope"')
    expect(code).toBe(125)
  })

  test('a missing working directory is reported', async () => {
    const { failed } = await shell('true', { level, job: { cwd: '/nope' } })
    expect(failed).toMatchObject({ call: 'chdir', text: 'chdir("/nope")', errno: 2 })
  })

  test('with another parent than the supervisor the launcher refuses', async () => {
    const ran = await shell('true', { level, policy: { supervisorPid: 1 } })
    expect(ran.failed).toMatchObject({ purpose: 'the supervisor lives', errno: 0 })
    expect(ran.code).toBe(125)
  })

  test('the job is held until the word, and then runs', async () => {
    const job = new Launched(['/bin/echo', 'late'], { level, isGone: false })
    await job.held
    expect(job.child.stdout?.readableLength).toBe(0)
    job.go()
    expect(await job.outcome).toMatchObject({ code: 0, out: 'late\n' })
  })

  test('a launcher that nobody wants any more ends without a failure', async () => {
    const job = new Launched(['/bin/echo', 'never'], { level, isGone: false })
    await job.held
    job.letGo()
    const ran = await job.outcome
    expect(ran).toMatchObject({ code: 125, out: '', failed: undefined })
    expect(ran.usage).toBeDefined()
  })

  test('it has a session of its own, the usual umask, and no descriptor but 0, 1 and 2', async () => {
    const script = `cut -d' ' -f6 /proc/$$/stat; echo $$; umask; ls /proc/self/fd`
    const [session, pid, umask, ...descriptors] = (await shell(script, { level })).out.trim().split(/\s+/u)
    expect(session).toBe(pid)
    expect(umask).toBe('0022')
    expect(descriptors).toEqual(['0', '1', '2', '3']) // 3: the directory that ls reads
  })

  test('a job whose words are many gets all of them', async () => {
    const words = Array.from({ length: 1000 }, (_, i) => `${i}`.padStart(1000, '-'))
    const ran = await launched(['/bin/sh', '-c', 'echo $# ${#999}', ...words], { level })
    expect(ran.out).toBe('999 1000\n')
  })
})

const payload = `
  process.on('message', async (message) => {
    const { Worker } = require('node:worker_threads'), fs = require('node:fs')
    const { spawnSync } = require('node:child_process')
    const code = 'require("node:worker_threads").parentPort.postMessage(6*7)'
    const worker = await new Promise((resolve) => new Worker(code, { eval: true }).on('message', resolve))
    fs.writeFileSync('file', 'text')
    const shell = spawnSync('sh', ['-c', 'echo shell'], { encoding: 'utf8' }).stdout
    const fetched = await fetch('http://1.1.1.1/').then(() => 'fetched', () => 'refused')
    process.send({ message, worker, file: fs.readFileSync('file', 'utf8'), shell, fetched }, () => process.disconnect())
  })
  process.send('up')`

test('Node runs in a sandbox: its channel, threads, files and child processes', async () => {
  const env = { PATH: '/usr/bin:/bin', NODE_CHANNEL_FD: '3', NODE_CHANNEL_SERIALIZATION_MODE: 'advanced' }
  const job = new Launched([insideNode, '-e', payload], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    job: { env, limits: { processes: 64 } },
  })
  const message = { map: new Map([[1n, new Uint8Array(3)]]) }
  const messages: unknown[] = []
  job.child.on('message', (received) => {
    messages.push(received)
    if (received === 'up') job.child.send(message)
  })
  expect(await job.outcome).toMatchObject({ code: 0, err: '', signal: null })
  expect(messages[1]).toEqual({ message, worker: 42, file: 'text', shell: 'shell\n', fetched: 'refused' })
})
