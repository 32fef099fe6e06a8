import { once } from 'node:events'
import { chmodSync, copyFileSync } from 'node:fs'
import { createServer, type ListenOptions } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { arena, judge, Unconfined } from '../support/attack.ts'
import { printed, python, succeeded, tryEach } from '../support/shell.ts'
import { fixture, temporaryDirectory } from '../support/supervisor.ts'

const open = new AsyncDisposableStack()
const name = `runtimo-attack-${process.pid}`
let port = 0

/** Says hello to everybody. */
async function serve(where: ListenOptions): Promise<number> {
  const server = createServer((socket) => socket.on('error', () => undefined).end('hello'))
  server.listen(where)
  await once(server, 'listening')
  open.defer(() => void server.close())
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

beforeAll(async () => {
  port = await serve({ port: 0, host: '127.0.0.1' })
  await serve({ path: `\0${name}` })
})
afterAll(() => open.disposeAsync())

/** A workspace with the program and a socket of the host in it, and another socket elsewhere. */
async function workspace(): Promise<{ workingDir: string; cmd: string }> {
  const workingDir = temporaryDirectory()
  copyFileSync(fixture('attack-res-network.py'), join(workingDir, 'network.py'))
  const elsewhere = temporaryDirectory()
  chmodSync(elsewhere, 0o755)
  const [near, path] = [join(workingDir, 'near.sock'), join(elsewhere, 'path.sock')]
  for (const each of [near, path]) await serve({ path: each, readableAll: true, writableAll: true })
  return { workingDir, cmd: `/usr/bin/python3 network.py ${port} ${path} ${name} ${near}` }
}

const connect = (address: string): string => python(`import socket; socket.socket(1).connect("${address}")`)

test('without us all of these roads are open', async () => {
  const { workingDir, cmd } = await workspace()
  chmodSync(workingDir, 0o777)
  const control = Unconfined.shell(cmd, { cwd: workingDir, isJobUser: true })
  expect((await control.stdout).split('\n')).toEqual(
    expect.arrayContaining(['tcp', 'udp', 'listen', 'netlink', 'abstract', 'path', 'near', 'own', 'pair']),
  )
  const bash = Unconfined.shell(`bash -c 'head -c 5 </dev/tcp/127.0.0.1/${port}'`)
  expect(await bash.stdout).toBe('hello')
})

describe.each([
  { level: 'sandbox', roads: [], network: 'none' },
  // A socket with a path is a file, and Landlock does not know connect(2) to one.
  { level: 'process', roads: ['path', 'near'], network: 'host' },
] as const)('level $level', ({ level, roads, network }) => {
  test('no socket but those of the job itself: N01, N03, N04, N10', async () => {
    const { workingDir, cmd } = await workspace()
    const supervisor = arena()
    const result = await supervisor.run('ShellExec', { cmd }, { level, workingDir })
    expect(printed(result).trim().split('\n')).toEqual([...roads, 'own', 'pair'])
    expect(result.posture).toMatchObject({ network, seccomp: true })
    await judge(supervisor, result, { outcome: 'completed', spawned: ['python3'] })
  })

  test('not through the tools either, proxy or none (N01, N10)', async () => {
    const supervisor = arena()
    const acts = {
      bash: `bash -c ': </dev/tcp/127.0.0.1/${port}'`,
      udp: `bash -c 'echo x >/dev/udp/127.0.0.1/${port}'`,
      python: python(`import urllib.request as u; u.urlopen("http://127.0.0.1:${port}/")`),
      proxy: `http_proxy=http://127.0.0.1:${port} ${python('import urllib.request as u; u.urlopen("http://a/")')}`,
      perl: `perl -MIO::Socket::INET -e 'IO::Socket::INET->new("127.0.0.1:${port}") or exit 1'`,
      node: `${process.execPath} -e 'require("net").connect(${port}, "127.0.0.1").on("connect", () => process.exit(0)).on("error", () => process.exit(1))'`,
      interfaces: 'ip link || ifconfig | grep .',
      ping: 'ping -c 1 127.0.0.1',
      name: 'getent hosts example.com',
    }
    const cmd = tryEach({ ...acts, twin: 'socat -V || perl -e 1' })
    const result = await supervisor.run('ShellExec', { cmd }, { level, workingDir: temporaryDirectory() })
    expect(succeeded(result)).toEqual(['twin'])
    await judge(supervisor, result, { outcome: 'completed' })
  })

  test('a neighbour that listens is not reached, by whatever it listens on (N11)', async () => {
    const supervisor = arena()
    const controller = new AbortController()
    const { promise: listens, resolve } = Promise.withResolvers<void>()
    const abstract = `${name}-${level}`
    const server = python(`import socket,time
for address in ("\\0${abstract}", "own.sock"):
  s=socket.socket(1); s.bind(address); s.listen(); globals()[address]=s
print("listens", flush=True); time.sleep(30)`)
    const workingDir = temporaryDirectory()
    const listener = supervisor.run(
      'ShellExec',
      { cmd: server },
      { level, workingDir, signal: controller.signal, onOutput: () => resolve() },
    )
    await listens
    const acts = { abstract: connect(`\\0${abstract}`) }
    const ours = Unconfined.shell(tryEach(level === 'process' ? acts : { abstract: 'true' }))
    expect(await ours.stdout).toBe('abstract\n')
    const result = await supervisor.run(
      'ShellExec',
      { cmd: tryEach({ ...acts, twin: 'true' }) },
      { level, workingDir: temporaryDirectory() },
    )
    expect(succeeded(result)).toEqual(['twin'])
    await judge(supervisor, result, { outcome: 'completed' })
    controller.abort()
    await judge(supervisor, await listener, { outcome: 'cancelled', code: 'RT_CANCELLED' })
  })
})
