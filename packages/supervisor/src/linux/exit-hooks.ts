import process from 'node:process'

/** One listener for all: with one each, Node would suspect a leak from the eleventh on. */
const hooks = new Set<() => void>()
const runAll = (): void => hooks.forEach((hook) => hook())

/** Calls a function when the process exits, unless disposed before. */
export function onExit(hook: () => void): Disposable {
  if (hooks.size === 0) process.on('exit', runAll)
  hooks.add(hook)
  return {
    [Symbol.dispose]: () => {
      hooks.delete(hook)
      if (hooks.size === 0) process.off('exit', runAll)
    },
  }
}
