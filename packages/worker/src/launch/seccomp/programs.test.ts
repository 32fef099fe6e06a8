import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { levels } from './filter-fixture.ts'
import { excuse, Kernel } from './kernel-fixture.ts'

const isCi = process.env['CI'] !== undefined
const isThere = (program: string): boolean => isCi || spawnSync(program, ['--version']).error === undefined

const ofNode = `
  import { execFileSync } from 'node:child_process'
  import dns from 'node:dns/promises'
  import fs from 'node:fs'
  import net from 'node:net'
  import os from 'node:os'
  import { DatabaseSync } from 'node:sqlite'
  import { Worker } from 'node:worker_threads'
  const error = (promise) => promise.then(() => 'none', (error) => error.cause?.code ?? error.code)
  fs.mkdirSync('node/folder', { recursive: true })
  fs.writeFileSync('node/file', 'text')
  fs.chmodSync('node/file', 0o600)
  fs.copyFileSync('node/file', 'node/copy')
  fs.cpSync('node', 'node-again', { recursive: true })
  const path = process.cwd() + '/node/socket'
  const server = net.createServer((socket) => socket.end('hello')).listen(path)
  const socket = await new Promise((resolve) => net.connect(path).on('data', (data) => resolve(String(data))))
  server.close()
  const thread = new URL('data:text/javascript,' + encodeURIComponent(
    'import { parentPort } from "node:worker_threads"; parentPort.postMessage("thread")'))
  const wasm = Buffer.from('0061736d010000000105016000017f03020100070a0106616e7377657200000a06010400412a0b', 'hex')
  let interfaces = 'none'
  try { os.networkInterfaces() } catch (error) { interfaces = error.code }
  process.stdout.write(JSON.stringify({
    files: fs.readdirSync('node-again').sort().join(),
    child: String(execFileSync('sh', ['-c', 'echo child'])),
    thread: await new Promise((resolve) => new Worker(thread).on('message', resolve)),
    wasm: new WebAssembly.Instance(new WebAssembly.Module(wasm)).exports.answer(),
    sqlite: new DatabaseSync('node/database').prepare('select 1 + 1 as two').get().two,
    socket,
    fetch: await error(fetch('http://127.0.0.1:49151/')),
    dns: await error(dns.lookup('example.com')),
    resolver: await error(new dns.Resolver({ timeout: 100, tries: 1 }).resolve4('example.com')),
    tcp: await error(new Promise((resolve, reject) => net.connect(49151, '127.0.0.1').on('error', reject))),
    interfaces,
  }))
`

const ofPython = `
import json, multiprocessing, os, sqlite3, socket, subprocess, tempfile, threading
a, b = socket.socketpair()
a.send(b'pair')
seen = []
thread = threading.Thread(target=lambda: seen.append('thread'))
thread.start(); thread.join()
try: socket.create_connection(('127.0.0.1', 9))
except OSError as error: network = error.errno
print(json.dumps({
  'pool': multiprocessing.Pool(2).map(abs, [-1, -2]),
  'child': subprocess.check_output(['echo', 'child'], text=True),
  'sqlite': sqlite3.connect(':memory:').execute('select 2').fetchone()[0],
  'pair': b.recv(4).decode(), 'thread': seen, 'network': network,
  'personality': __import__('ctypes').CDLL(None).personality(0xffffffff),
}))
`

const ofShell = `set -e
  cat <<EOF | sort | head -n 1
b
a
EOF
  (echo sub; exit 3) || echo "exit $?"
  sleep 60 & kill $!; { wait $! || echo killed; } 2>/dev/null
  umask 022; mkdir -p shell/d; touch shell/f; chmod 640 shell/f; ln -s f shell/l; mv shell/f shell/g
  tar cf shell.tar shell; tar tf shell.tar | wc -l; ulimit -n 100; ulimit -n`

const ofGit = `set -e
  git -c init.defaultBranch=main init -q repository; cd repository
  git config user.email a@b; git config user.name c; echo x > f
  git add f; git commit -qm first; git checkout -qb other; git gc -q; git log --format=%s; git status --short | wc -l`

const ofGcc = `set -e
  printf '#include <stdio.h>\\nint main(void) { puts("compiled"); }' > program.c; gcc -O1 -pipe -o program program.c; ./program`

const ofMake = `set -e
  printf 'all: a b\\n%%: ; @echo made $@ > $@\\n' > Makefile; make -s -j 2 -f Makefile all; cat a b`

if (excuse !== undefined) console.warn(`skipped: ${excuse}`)

describe.skipIf(excuse !== undefined).each(levels)('under the filter of level %s', (level) => {
  let kernel: Kernel
  beforeAll(() => {
    kernel = new Kernel()
  })
  afterAll(() => kernel[Symbol.dispose]())

  test('Node works; only its list of network interfaces throws, and the network is refused as an error', () => {
    const output = kernel.run(level, process.execPath, '--input-type=module', '--eval', ofNode)
    expect(JSON.parse(output)).toEqual({
      files: 'copy,file,folder',
      child: 'child\n',
      thread: 'thread',
      wasm: 42,
      sqlite: 2,
      socket: 'hello',
      fetch: 'EPERM',
      dns: 'EAI_AGAIN',
      resolver: 'ECONNREFUSED',
      tcp: 'EPERM',
      interfaces: 'ERR_SYSTEM_ERROR',
    })
  })

  test('Python works', () => {
    expect(JSON.parse(kernel.run(level, 'python3', '-c', ofPython))).toEqual({
      pool: [1, 2],
      child: 'child\n',
      sqlite: 2,
      pair: 'pair',
      thread: ['thread'],
      network: 1,
      personality: 0,
    })
  })

  test('a shell works', () => {
    expect(kernel.run(level, 'sh', '-c', ofShell).split(/\s+/u).join(' ')).toBe('a sub exit 3 killed 4 100 ')
  })

  test.skipIf(!isThere('git'))('git works', () => {
    expect(kernel.run(level, 'sh', '-c', ofGit)).toBe('first\n0\n')
  })

  test.skipIf(!isThere('gcc'))('a compiler works, and what it makes', () => {
    expect(kernel.run(level, 'sh', '-c', ofGcc)).toBe('compiled\n')
  })

  test.skipIf(!isThere('make'))('make works, with several jobs at once', () => {
    expect(kernel.run(level, 'sh', '-c', ofMake)).toBe('made a\nmade b\n')
  })
})
