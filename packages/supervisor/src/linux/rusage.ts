import { libc } from './libc.ts'

const RUSAGE_CHILDREN = -1
/** struct rusage on 64 bits: two timevals (user, system), then fourteen longs. */
const structBytes = 144

const getrusage = libc.func('int getrusage(int who, _Out_ uint8_t *usage)') as (
  who: number,
  usage: Buffer,
) => number

/** CPU time, in milliseconds, of all children that were reaped so far and of those that they reaped. */
export function readChildrenCpuMs(): number {
  const usage = Buffer.alloc(structBytes)
  getrusage(RUSAGE_CHILDREN, usage)
  const milliseconds = (offset: number): number =>
    Number(usage.readBigInt64LE(offset)) * 1000 + Number(usage.readBigInt64LE(offset + 8)) / 1000
  return milliseconds(0) + milliseconds(16)
}
