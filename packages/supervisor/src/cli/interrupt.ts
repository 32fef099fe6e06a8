import process from 'node:process'

/** Ctrl-C, or a request to end, cancels the job; it is recorded before we go. */
export function onInterrupt(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController()
  const abort = (): void => controller.abort()
  process.on('SIGINT', abort).on('SIGTERM', abort).on('SIGHUP', abort)
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => void process.off('SIGINT', abort).off('SIGTERM', abort).off('SIGHUP', abort),
  }
}
