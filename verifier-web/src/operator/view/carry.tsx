import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { bitsOf } from '../carry-bits.ts'
import { gateway, PageError } from '../gateway.ts'
import type { Carry, GatewayState } from '../model.ts'
import { type Key, useWords } from '../words/index.ts'
import { Button, Mark } from './parts.tsx'
import { failureText } from './station.tsx'

const QUIET = 4
const PACES = [2, 4, 8, 12] as const

/** How to bring the queue to the ledger without a network: on a stick, or as QR codes for a phone. */
export function CarryPart({ state, onPin }: { state: GatewayState; onPin: () => void }): VNode {
  const { t } = useWords()
  const [shown, setShown] = useState(false)
  const { unacked } = state.queue
  return (
    <section aria-labelledby="carry-h" class="carry">
      <h2 id="carry-h">{t('carry')}</h2>
      <p class="note">{unacked === 0 ? t('carry.none') : t('carry.what', { n: unacked })}</p>
      <div class="two">
        <div>
          <h3>{t('carry.frames')}</h3>
          <ol class="how">
            <li>
              <Command
                of={state.ledger == null ? 'carry.frames.1' : 'carry.frames.1.known'}
                command={state.ledger == null ? '/carry' : `${state.ledger}/carry`}
              />
            </li>
            <li>{t('carry.frames.2')}</li>
            <li>{t('carry.frames.3')}</li>
          </ol>
          <Button
            class="btn"
            disabled={unacked === 0}
            onPress={state.access === 'operator' ? () => setShown(true) : onPin}
          >
            {t('carry.show')}
          </Button>
        </div>
        <div>
          <h3>{t('carry.stick')}</h3>
          <ol class="how">
            <li>
              <Command
                of="carry.stick.1"
                command="tristamp-agent export --config gateway.yaml --out queue.tristamp-parcel"
              />
            </li>
            <li>
              <Command of="carry.stick.2" command="tristamp-ledger import queue.tristamp-parcel --node https://…" />
            </li>
          </ol>
        </div>
      </div>
      {shown && <Frames onClose={() => setShown(false)} />}
    </section>
  )
}

function Command({ of, command }: { of: Key & `carry.${string}`; command: string }): VNode {
  const { t } = useWords()
  const [before, after] = t(of, { command: '\0' }).split('\0')
  return (
    <>
      {before}
      <code>{command}</code>
      {after}
    </>
  )
}

function Frames({ onClose }: { onClose: () => void }): VNode {
  const { t, number } = useWords()
  const [from, setFrom] = useState(0)
  const [carry, setCarry] = useState<Carry | undefined>()
  const [failure, setFailure] = useState<PageError | undefined>()
  const [pace, setPace] = useState(2)
  const [at, setAt] = useState(0)
  const dialog = useRef<HTMLDialogElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  useEffect(() => {
    let current = true
    setCarry(undefined)
    setAt(0)
    const failed = (thrown: unknown): void =>
      setFailure(thrown instanceof PageError ? thrown : new PageError('INTERNAL'))
    gateway.carry(from).then((made) => current && setCarry(made), failed)
    return () => {
      current = false
    }
  }, [from])
  const count = carry?.frames.length ?? 0
  useEffect(() => {
    if (count === 0) return
    const timer = setInterval(() => setAt((before) => (before + 1) % count), 1000 / PACES[pace]!)
    return () => clearInterval(timer)
  }, [count, pace])
  useEffect(() => {
    const frame = carry?.frames[at]
    if (carry !== undefined && frame !== undefined && canvas.current) draw(canvas.current, frame, carry.size)
  }, [carry, at])
  const more = carry !== undefined && carry.to < carry.end
  return (
    <dialog class="frames" ref={dialog} aria-labelledby="frames-h" onClose={onClose}>
      <h2 id="frames-h">{t('carry.frames')}</h2>
      {failure !== undefined && (
        <p class="failure" role="alert">
          <Mark id="r-stop" class="t-stop" /> <span>{failureText(failure, t)}</span>
        </p>
      )}
      {carry === undefined && failure === undefined && <p>{t('carry.preparing')}</p>}
      {carry !== undefined && (
        <>
          <canvas
            ref={canvas}
            role="img"
            aria-label={t('carry.parcel', { from: carry.from, to: carry.to - 1, end: carry.end - 1 })}
          />
          <progress max={count} value={at + 1} aria-label={t('carry.frame', { i: at + 1, n: count })} />
          <p class="num">{t('carry.frame', { i: number(at + 1), n: number(count) })}</p>
          <p class="note num">
            {t('carry.parcel', { from: carry.from, to: carry.to - 1, end: carry.end - 1 })}
            {!more && ` ${t('carry.last')}`}
          </p>
        </>
      )}
      <div class="act">
        <Button class="btn" disabled={pace === 0} onPress={() => setPace(pace - 1)}>
          {t('carry.slower')}
        </Button>
        <Button class="btn" disabled={pace === PACES.length - 1} onPress={() => setPace(pace + 1)}>
          {t('carry.faster')}
        </Button>
        {more && (
          <Button class="btn solid" onPress={() => setFrom(carry.to)}>
            {t('carry.next')}
          </Button>
        )}
        {from > 0 && (
          <Button class="btn" onPress={() => setFrom(0)}>
            {t('carry.first')}
          </Button>
        )}
        <Button class="btn" onPress={() => dialog.current?.close()}>
          {t('carry.close')}
        </Button>
      </div>
    </dialog>
  )
}

/** Black on white in any theme, a quiet zone around: cameras ask for both. */
function draw(canvas: HTMLCanvasElement, frame: string, size: number): void {
  const side = size + 2 * QUIET
  canvas.width = side
  canvas.height = side
  const context = canvas.getContext('2d')
  if (!context) return
  context.fillStyle = '#fff'
  context.fillRect(0, 0, side, side)
  context.fillStyle = '#000'
  for (const [x, y] of bitsOf(frame, size)) context.fillRect(x + QUIET, y + QUIET, 1, 1)
}
