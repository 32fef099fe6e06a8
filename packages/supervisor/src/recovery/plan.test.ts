import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { WalRecord } from '../wal/index.ts'
import { planRecovery } from './plan.ts'

const jobs = ['A', 'B', 'C', 'D']
/** Owners by pid: those below 10 are dead. */
const isDead = ({ pid }: { readonly pid: number }): boolean => pid < 10

function record(seq: number, type: WalRecord['type'], job: string, pid = 1): WalRecord {
  const chain = { v: 1, seq, ts: 1000 + seq, mono_ns: 0, boot_id: 'b', prev: '', crc: '' } as const
  const owner = { pid, start_time: 5, pid_namespace: 7, life: 'L' }
  return { ...chain, type, job_id: job, capability: 'ShellExec', tenant: 't', session_id: null, owner }
}

test('a job that a dead supervisor began and nobody ended is interrupted, with what its records tell of it', () => {
  const boundary = { leaf: '/x', pid: 4, start_time: 9, mark: { name: 'M', value: 'v' } }
  const records = [record(1, 'job_started', 'A'), { ...record(2, 'job_validated', 'A'), boundary }]
  expect(planRecovery(records, isDead)).toEqual({
    running: [],
    interrupted: [
      {
        jobId: 'A',
        capability: 'ShellExec',
        tenant: 't',
        sessionId: null,
        startSeq: 1,
        startedAt: 1001,
        owner: { pid: 1, startTime: 5, pidNamespace: 7, life: 'L', bootId: 'b' },
        boundary: { leaf: '/x', root: { pid: 4, startTime: 9 }, mark: { name: 'M', value: 'v' } },
      },
    ],
  })
})

test('the job of a living neighbour, and one whose record names no owner, are left alone', () => {
  const { owner: _owner, ...nobodys } = record(2, 'job_started', 'B')
  const plan = planRecovery([record(1, 'job_started', 'A', 10), nobodys], isDead)
  expect(plan).toEqual({ interrupted: [], running: ['A', 'B'] })
})

const step = fc.record({
  job: fc.constantFrom(...jobs),
  pid: fc.constantFrom(1, 10),
  type: fc.constantFrom('job_started', 'job_validated', 'job_completed', 'job_failed', 'job_interrupted'),
} as const)

test('with its own records added it plans nothing any more, whatever was in the log', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const records = steps.map(({ type, job, pid }, index) => record(index + 1, type, job, pid))
      const first = planRecovery(records, isDead)
      const added = first.interrupted.map(({ jobId }, index) =>
        record(records.length + index + 1, 'job_interrupted', jobId),
      )
      const second = planRecovery([...records, ...added], isDead)
      expect(second).toEqual({ interrupted: [], running: first.running })
      expect(new Set(first.interrupted.map(({ jobId }) => jobId)).size).toBe(first.interrupted.length)
    }),
  )
})

test('records of ended jobs may be left out', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const records = steps.map(({ type, job, pid }, index) => record(index + 1, type, job, pid))
      const whole = planRecovery(records, isDead)
      const open = new Set([...whole.running, ...whole.interrupted.map(({ jobId }) => jobId)])
      const some = records.filter(({ job_id: job }) => typeof job === 'string' && open.has(job))
      expect(planRecovery(some, isDead)).toEqual(whole)
    }),
  )
})
