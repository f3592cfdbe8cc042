import * as v from 'valibot'
import { sleep } from '../backoff.ts'
import { SpectrumJsonLines, type SpectrumJsonMessage } from '../codec/spectrum-json.ts'
import { durationMs } from '../duration.ts'
import { AgentError, asAgentError } from '../error.ts'
import type { Identity, Scan } from '../spectroscopy/spectrometer.ts'
import { AskLine } from './ask-line.ts'
import type { LineContext, LineDriver } from './driver.ts'

export interface SpectrumJsonOptions {
  /** How long a scan may take. */
  patience: number
}

const options = { patience: v.optional(durationMs, '10s') }

const ANSWER_MS = 3000
const LOOK_MS = 30_000
const TRIES = 3

/**
 * Any spectrometer that speaks the open protocol of docs/gateway/spectra.md: `{"do":"identify"}` and `{"do":"scan","lit":true}`, each answered by
 * one line of JSON. For near-infrared modules behind a microcontroller.
 */
export const spectrumJson: LineDriver<SpectrumJsonOptions> = {
  kind: 'spectrum-json',
  gives: 'spectrum',
  needs: 'line',
  baudRate: 115_200,
  options,
  async session({ patience }, context) {
    const codec = new SpectrumJsonLines()
    const line = new AskLine<SpectrumJsonMessage>(context, () => true)
    let bad = 0
    context.link.onData((chunk) => {
      line.heard(codec.push(chunk))
      if (codec.stats.bad > bad) context.fault('DEVICE_FRAME', { why: 'no line of the protocol' })
      bad = codec.stats.bad
    })
    try {
      const identity = await identify(line, context)
      context.offer({
        identity,
        scan: (lit) => line.inTurn(() => scan(line, context, identity, lit, patience)),
      })
      context.state('up')
      await Promise.race([watch(line, context), line.lost])
    } catch (thrown) {
      if (context.signal.aborted) return
      const error = asAgentError(thrown)
      context.state('down', error.code, error.fields)
    }
  },
}

/** Until the session ends: an instrument that no longer answers ends it. */
async function watch(line: AskLine<SpectrumJsonMessage>, context: LineContext): Promise<void> {
  while (!context.signal.aborted) {
    await sleep(LOOK_MS, context.signal)
    if (!context.signal.aborted) await line.inTurn(() => identify(line, context))
  }
}

async function identify(line: AskLine<SpectrumJsonMessage>, { device, signal }: LineContext): Promise<Identity> {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await line.ask('\n{"do":"identify"}\n', ANSWER_MS, true)
      if (answer.kind === 'identity') return answer.identity
      throw new AgentError('DEVICE_EXCEPTION', { device, why: answer.kind === 'failure' ? answer.why : 'no identity' })
    } catch (error) {
      if (attempt === TRIES || signal.aborted) throw error
    }
  }
}

async function scan(
  line: AskLine<SpectrumJsonMessage>,
  { device }: LineContext,
  identity: Identity,
  lit: boolean,
  patienceMs: number,
): Promise<Scan> {
  const answer = await line.ask(`{"do":"scan","lit":${lit}}\n`, patienceMs)
  if (answer.kind === 'failure') throw new AgentError('DEVICE_EXCEPTION', { device, why: answer.why })
  if (answer.kind !== 'scan' || answer.scan.counts.length !== identity.axis.milli.length)
    throw new AgentError('DEVICE_FRAME', { device, why: 'a scan of another form' })
  return answer.scan
}
