import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished } from 'vitest'

const program = `
import ctypes, sys, time
call = ctypes.CDLL(None).renameat2
a, b, pause = sys.argv[1].encode(), sys.argv[2].encode(), float(sys.argv[3])
print(flush=True)
while call(-100, a, -100, b, 2) == 0:
    if pause: time.sleep(pause)
sys.exit('renameat2 failed')`

/**
 * Exchanges two names all the time, as fast as the machine can unless told, until it is stopped or the test ends. It is
 * then seen that it never failed.
 */
export async function exchangeNames(a: string, b: string, pauseSecs = 0): Promise<() => Promise<void>> {
  const args = ['-c', program, a, b, String(pauseSecs)]
  const child = spawn('python3', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    expect(await ended).toEqual([null, 'SIGKILL'])
  }
  onTestFinished(stop)
  await once(child.stdout, 'data')
  return stop
}
