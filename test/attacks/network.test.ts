import { once } from 'node:events'
import { chmodSync, copyFileSync, rmSync } from 'node:fs'
import { createServer, type ListenOptions } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { control, judge, siege, Unconfined } from '../support/attack.ts'
import { type Acts, attempt, printed, python, succeeded, unconfined } from '../support/shell.ts'
import { fixture, temporaryDirectory } from '../support/supervisor.ts'

const open = new AsyncDisposableStack()
const name = `runtimo-attack-${process.pid}`
let port = 0
let connections = 0

/** Says hello to everybody. */
async function serve(where: ListenOptions): Promise<number> {
  const server = createServer((socket) => {
    connections++
    socket.on('error', () => undefined).end('hello')
  })
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

async function takeRoads(): Promise<void> {
  const { workingDir, cmd } = await workspace()
  chmodSync(workingDir, 0o777)
  const free = Unconfined.shell(cmd, { cwd: workingDir, isJobUser: true })
  expect((await free.stdout).split('\n')).toEqual(
    expect.arrayContaining(['tcp', 'udp', 'listen', 'netlink', 'abstract', 'path', 'near', 'own', 'pair']),
  )
}
const roadsAreOpen = control('without us all of these roads are open', takeRoads)

/** Each reaches the host with a tool. */
const tools = (): Acts => ({
  bash: `bash -c ': </dev/tcp/127.0.0.1/${port}'`,
  udp: `bash -c 'echo x >/dev/udp/127.0.0.1/${port}'`,
  python: python(`import urllib.request as u; u.urlopen("http://127.0.0.1:${port}/")`),
  proxy: `http_proxy=http://127.0.0.1:${port} ${python('import urllib.request as u; u.urlopen("http://a/")')}`,
  perl: `perl -MIO::Socket::INET -e 'IO::Socket::INET->new("127.0.0.1:${port}") or exit 1'`,
  node: `${process.execPath} -e 'require("net").connect(${port}, "127.0.0.1").on("connect", () => process.exit(0)).on("error", () => process.exit(1))'`,
  interfaces: 'ip link || ifconfig | grep .',
  ping: 'ping -c 1 127.0.0.1',
  name: 'getent hosts example.com',
})

async function useTools(): Promise<void> {
  // Our server's hello is not HTTP, which is what those of Python stumble over; the last three are not everywhere.
  const before = connections
  const names = await unconfined(tools())
  expect(names).toEqual(expect.arrayContaining(['bash', 'udp', 'perl', 'node']))
  await vi.waitFor(() => expect(connections - before).toBe(5))
}
const toolsConnect = control('without us the tools reach the host, by a proxy as well', useTools)

describe.each([
  { level: 'sandbox', roads: [], network: 'none' },
  // A socket with a path is a file, and Landlock does not know connect(2) to one.
  { level: 'process', roads: ['path', 'near'], network: 'host' },
] as const)('level $level', ({ level, roads, network }) => {
  test('no socket but those of the job itself: N01, N03, N04, N10', async () => {
    await roadsAreOpen()
    const { workingDir, cmd } = await workspace()
    const before = connections
    const supervisor = siege()
    const result = await supervisor.run('ShellExec', { cmd }, { level, workingDir })
    await judge(supervisor, result, {
      outcome: 'completed',
      spawned: ['python3'],
      unharmed: () => vi.waitFor(() => expect(connections - before).toBe(roads.length)),
      twin: () => expect(printed(result).trim().split('\n')).toEqual([...roads, 'own', 'pair']),
    })
    expect(result.posture).toMatchObject({ network, seccomp: true })
  })

  test('not through the tools either, proxy or none (N01, N10)', async () => {
    await toolsConnect()
    const before = connections
    const supervisor = siege()
    const result = await attempt(supervisor, { ...tools(), twin: 'socat -V || perl -e 1' }, { level })
    await judge(supervisor, result, {
      outcome: 'completed',
      spawned: ['python3'],
      unharmed: () => expect(connections).toBe(before),
      twin: () => expect(succeeded(result)).toEqual(['twin']),
    })
  })

  test('a neighbour that listens is not reached, by whatever it listens on (N11)', async () => {
    const supervisor = siege()
    const controller = new AbortController()
    const { promise: listens, resolve } = Promise.withResolvers<void>()
    const abstract = `${name}-${level}`
    const server = python(`import socket,time
for address in ("\\0${abstract}", "own.sock"):
  s=socket.socket(1); s.bind(address); s.listen(); globals()[address]=s
print("listens", flush=True)
globals()["\\0${abstract}"].settimeout(30)
while True: globals()["\\0${abstract}"].accept(); print("reached", flush=True)`)
    const workingDir = temporaryDirectory()
    // The same without us, by another name, is reached.
    const free = Unconfined.shell(server.replaceAll(abstract, `${abstract}-free`), { cwd: workingDir })
    await free.line(/(?<listens>listens)/u)
    expect(await unconfined({ abstract: connect(`\\0${abstract}-free`) })).toEqual(['abstract'])
    rmSync(join(workingDir, 'own.sock'))

    const listener = supervisor.run(
      'ShellExec',
      { cmd: server },
      { level, workingDir, signal: controller.signal, onOutput: () => resolve() },
    )
    await listens
    const acts = { abstract: connect(`\\0${abstract}`) }
    const result = await attempt(supervisor, { ...acts, twin: 'true' }, { level })
    const twin = (): void => expect(succeeded(result)).toEqual(['twin'])
    await judge(supervisor, result, { outcome: 'completed', spawned: ['python3'], unharmed: twin, twin })
    controller.abort()
    await judge(supervisor, await listener, {
      outcome: 'cancelled',
      code: 'RT_CANCELLED',
      spawned: ['python3'],
      unharmed: async () => expect(printed(await listener)).toBe('listens\n'),
    })
  })
})
