import { type FrameProgress, ProtocolError } from '@tristamp/protocol'
import type { VNode } from 'preact'
import { useEffect, useReducer, useRef, useState } from 'preact/hooks'
import type { CameraFailure } from '../../scan/camera.ts'
import { CameraView } from '../../scan/camera-view.tsx'
import type { Code } from '../../scan/code.ts'
import { Mark } from '../../view/parts.tsx'
import type { Carrier } from '../carrier.ts'
import { Filming } from '../filming.ts'
import { type Key, useWords } from '../words/index.ts'
import { FrameGrid } from './frame-grid.tsx'

const FORMATS = ['qr_code'] as const
/** A symbol of 85 modules wants the points. */
const WIDTH = 1920
const BUZZ_MS = 120

/** Films the frames on a gateway's screen, parcel after parcel, until someone stops it. */
export function Film({ carrier }: { carrier: Carrier }): VNode {
  const { t } = useWords()
  const filming = useRef<Filming>(undefined)
  const [looking, setLooking] = useState(false)
  const [failure, setFailure] = useState<CameraFailure | undefined>()
  const [said, setSaid] = useState<Key | undefined>()
  const [, redraw] = useReducer((n: number) => n + 1, 0)
  useAwake(looking)
  const keep = async (bytes: Uint8Array): Promise<void> => {
    setSaid(await keptOrNot(carrier, bytes))
    void carrier.handOver()
  }
  const saw = (codes: readonly Code[]): boolean => {
    const { current } = filming
    if (current === undefined || codes.length === 0) return false
    const whole = current.take(codes.map(({ text }) => text))
    if (whole !== undefined) void keep(whole)
    else if (current.sight === 'frame') setSaid(undefined)
    redraw(undefined)
    return false
  }
  const words = { begin: t('film.begin'), stop: t('film.stop'), torch: t('film.torch'), picture: t('film.picture') }
  return (
    <section class="film" aria-labelledby="film-h">
      <h2 id="film-h">{t('film')}</h2>
      {!looking && (
        <ol class="how">
          <li>{t('film.how.1')}</li>
          <li>{t('film.how.2')}</li>
          <li>{t('film.how.3')}</li>
        </ol>
      )}
      <CameraView
        formats={FORMATS}
        words={words}
        width={WIDTH}
        onCodes={saw}
        onFailure={setFailure}
        onLooking={(now) => {
          filming.current = now ? new Filming(carrier.parcels.map(({ id }) => id)) : undefined
          if (now) setSaid(undefined)
          setLooking(now)
        }}
      />
      <p class="wrong" role="alert">
        {failure !== undefined && t(`camera.${failure}`)}
      </p>
      {looking && filming.current && <Seen filming={filming.current} said={said} />}
      {!looking && said !== undefined && <Said said={said} />}
    </section>
  )
}

function Seen({ filming, said }: { filming: Filming; said: Key | undefined }): VNode {
  const { t } = useWords()
  const [nearest, ...others] = filming.sequences
  if (said !== undefined && (nearest === undefined || nearest.have < 2)) return <Said said={said} />
  if (filming.sight === 'known') return <Said said="film.known" />
  if (nearest === undefined)
    return (
      <Said
        said={filming.sight === 'digest' || filming.sight === 'foreign' ? `film.${filming.sight}` : 'film.looking'}
      />
    )
  return (
    <>
      {filming.sight === 'digest' && <Said said="film.digest" />}
      <Progress of={nearest} />
      {others.map(({ id, have, of }) => (
        <p class="note num" key={`${id}/${of}`}>
          {t('film.other', { have, of })}
        </p>
      ))}
    </>
  )
}

const GOOD: ReadonlySet<Key> = new Set(['film.kept', 'film.known'])

function Said({ said }: { said: Key }): VNode {
  const { t } = useWords()
  const tone = GOOD.has(said) ? 'ok' : said === 'film.looking' ? 'ask' : 'care'
  return (
    <p class="said" role="status">
      <Mark id={`r-${tone}`} class={`t-${tone === 'ask' ? 'idle' : tone}`} />
      <span>{t(said)}</span>
    </p>
  )
}

/** Numbers that a person can take in. */
const MOST_NAMED = 8

function Progress({ of: progress }: { of: FrameProgress }): VNode {
  const { t } = useWords()
  const { have, of, missing } = progress
  const few = missing.length <= MOST_NAMED
  return (
    <div class="progress">
      <p class="count num">{t('film.progress', { have, of })}</p>
      <FrameGrid progress={progress} label={t('film.progress', { have, of })} />
      <p class="note num">
        {few ? t('film.missing', { list: missing.join(', ') }) : t('film.missing.many', { n: missing.length })}
      </p>
      {/* Spoken at each fifth: every frame would drown whoever listens. */}
      <p class="vh" role="status">
        {t('film.part', { percent: Math.floor((have * 5) / of) * 20 })}
      </p>
    </div>
  )
}

async function keptOrNot(carrier: Carrier, bytes: Uint8Array): Promise<Key> {
  try {
    const added = await carrier.add(bytes)
    if (added === 'full') return 'full'
    navigator.vibrate?.(BUZZ_MS)
    return added === 'known' ? 'film.known' : 'film.kept'
  } catch (error) {
    return error instanceof ProtocolError ? 'film.not-parcel' : 'no-room'
  }
}

/** Keeps the screen on while someone films; where it cannot be, it goes dark as ever. */
function useAwake(on: boolean): void {
  useEffect(() => {
    if (!on) return
    const lock = (navigator as { wakeLock?: WakeLock }).wakeLock?.request('screen').catch(() => undefined)
    return () => void lock?.then((held) => held?.release())
  }, [on])
}
