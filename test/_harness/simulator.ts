import { Child } from './child.ts'
import { until } from './until.ts'

/** Instruments of a scenario on serial paths, or on TCP where none can be had; run by the simulator as a process. */
export class TestSimulator implements AsyncDisposable {
  readonly process: Child
  /** Instrument → serial path or tcp:// address. */
  readonly ports: Readonly<Record<string, string>>

  private constructor(process: Child, ports: Record<string, string>) {
    this.process = process
    this.ports = ports
  }

  static async start(dir: string, vars: Record<string, string> = {}): Promise<TestSimulator> {
    const flags = Object.entries(vars).flatMap(([name, value]) => ['--var', `${name}=${value}`])
    const child = Child.start('sim', ['--scenario', 'short', '--dir', dir, ...flags])
    const [line] = await child.says(/^\{"type":"ready".*\}$/m)
    return new TestSimulator(child, (JSON.parse(line) as { ports: Record<string, string> }).ports)
  }

  /** Begins the scenario's steps. */
  play(): void {
    this.process.write('play')
  }

  /** Shows the scanner one code after the other, as fast as a person with a trigger. */
  async scan(...codes: string[]): Promise<void> {
    for (const code of codes) await this.#obeyed(`scan site.scanner ${code}`)
  }

  /** Commissions one item: the command, its label, the end. */
  commission(label: string): Promise<void> {
    return this.scan('tristamp:do/commission', label, 'tristamp:end')
  }

  /** `fault('site.thermo bad-crc 5')`, `fault('site.scanner replug')` … */
  fault(words: string): Promise<void> {
    return this.#obeyed(`fault ${words}`)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process[Symbol.asyncDispose]()
  }

  /** Sends a command and waits for the line that says it was carried out. */
  async #obeyed(command: string): Promise<void> {
    const told = (): number => this.process.out.match(/^\{"type":"(scan|fault|error)".*\}$/gm)?.length ?? 0
    const before = told()
    this.process.write(command)
    await until(`the simulator obeys: ${command}`, () => told() > before)
    const last = this.process.out.match(/^\{"type":"error".*\}$/m)
    if (last !== null) throw new Error(`${command}: ${last[0]}`)
  }
}
