/** One line on a terminal that is written over and goes away; elsewhere each new text once. */
export class Progress implements Disposable {
  readonly #stream: NodeJS.WriteStream
  #shown = ''

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  show(text: string): void {
    if (this.#stream.isTTY) this.#stream.write(`\r\x1b[2K${text}`)
    else if (this.#shown === '') this.#stream.write(`${text}\n`)
    this.#shown = text
  }

  clear(): void {
    if (this.#shown !== '' && this.#stream.isTTY) this.#stream.write('\r\x1b[2K')
    this.#shown = ''
  }

  [Symbol.dispose](): void {
    this.clear()
  }
}
