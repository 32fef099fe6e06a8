import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import type { Lineages } from './lineages.ts'
import type { Answer, LineageQuestion, Question } from './question.ts'

/** Takes the supervisor's questions and answers each when all that happened before it has been seen. */
export class Answers {
  readonly #port: MessagePort
  readonly #lineages: Lineages
  #waiting: LineageQuestion[] = []
  #unsettled: LineageQuestion[] = []

  constructor(port: MessagePort, lineages: Lineages) {
    this.#port = port
    this.#lineages = lineages
  }

  /** Those that a fence found unsettled get one more fence; the supervisor repeats it after a while. */
  fence(id: number): void {
    this.#receive()
    for (const question of this.#unsettled) this.#answer(question, true)
    this.#unsettled = []
    const due = this.#waiting.filter((question) => question.id <= id)
    this.#waiting = this.#waiting.filter((question) => question.id > id)
    this.#unsettled = due.filter((question) => !this.#answer(question, false))
  }

  exited(): void {
    if (this.#unsettled.length === 0) return
    this.#unsettled = this.#unsettled.filter((question) => !this.#answer(question, false))
  }

  #receive(): void {
    for (;;) {
      const received: { message: Question } | undefined = receiveMessageOnPort(this.#port)
      if (received === undefined) return
      if (received.message.ask === 'forget') this.#lineages.forget(received.message.root)
      else this.#waiting.push(received.message)
    }
  }

  #answer({ id, root, names }: LineageQuestion, isLast: boolean): boolean {
    if (!this.#lineages.settle(root, isLast) && !isLast) return false
    const answer: Answer = { id, lineage: this.#lineages.report(root, names) }
    this.#port.postMessage(answer, [])
    return true
  }
}
