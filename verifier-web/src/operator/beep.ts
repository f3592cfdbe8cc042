// Sounds that are told apart without looking: high and short is well, low and twice is not.

export type Sound = 'ok' | 'tick' | 'refused' | 'alarm'

const SOUNDS: Readonly<Record<Sound, readonly [hz: number, fromS: number, forS: number][]>> = {
  ok: [[880, 0, 0.12]],
  tick: [[1320, 0, 0.04]],
  refused: [
    [220, 0, 0.22],
    [220, 0.3, 0.22],
  ],
  alarm: [
    [620, 0, 0.18],
    [440, 0.22, 0.18],
    [620, 0.44, 0.18],
  ],
}
const VOLUME = 0.25

let context: AudioContext | undefined

/** Plays it if the browser lets it: before anyone has touched the page it does not. */
export function beep(sound: Sound): void {
  try {
    context ??= new AudioContext()
    if (context.state === 'suspended') void context.resume()
    const { currentTime, destination } = context
    for (const [hz, from, length] of SOUNDS[sound]) {
      const [tone, gain] = [new OscillatorNode(context, { frequency: hz }), new GainNode(context, { gain: VOLUME })]
      tone.connect(gain).connect(destination)
      // A tone that is cut off clicks.
      gain.gain.setTargetAtTime(0, currentTime + from + length, 0.01)
      tone.start(currentTime + from)
      tone.stop(currentTime + from + length + 0.06)
    }
  } catch {
    // A machine without sound.
  }
}
