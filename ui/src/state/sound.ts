// A short chime for notices, made here: no file is asked for. It never says what the page does not say in words.
const CHIME: [at: number, hertz: number][] = [[0, 660], [0.12, 880]];
const TONE_S = 0.18;
const LOUD = 0.08;

let context: AudioContext | null = null;

/** Silent where the browser plays nothing before the user has touched the page. */
export function chime(): void {
  if (!('AudioContext' in window)) return;
  context ??= new AudioContext();
  const { destination, currentTime } = context;
  for (const [at, hertz] of CHIME) {
    const tone = context.createOscillator();
    const gain = context.createGain();
    tone.frequency.value = hertz;
    gain.gain.setValueAtTime(LOUD, currentTime + at);
    gain.gain.exponentialRampToValueAtTime(0.0001, currentTime + at + TONE_S);
    tone.connect(gain).connect(destination);
    tone.start(currentTime + at);
    tone.stop(currentTime + at + TONE_S);
  }
}
