const { Supervisor } = await import('./src/supervisor.ts')
const s = new Supervisor({ walPath: '/tmp/exp/wal/wal.jsonl', attribution: 'auto' })
await s.run('ShellExec', { cmd: 'true' })
const n = 60
const t = performance.now()
let d = 0
for (let i = 0; i < n; i++) {
  const r = await s.run('ShellExec', { cmd: 'true' })
  d += r.durationMs
}
console.log((performance.now() - t) / n, d / n)
await s.close()
