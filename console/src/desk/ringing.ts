/** The sound of a call that rings, made here so that nothing has to be fetched for it. */
let context: AudioContext | null = null;
let timer: ReturnType<typeof setInterval> | null = null;

const EVERY = 3000;

export function startRinging(): void {
  if (timer) return;
  context ??= new AudioContext();
  beep();
  timer = setInterval(beep, EVERY);
}

export function stopRinging(): void {
  if (timer) clearInterval(timer);
  timer = null;
}

function beep(): void {
  if (!context) return;
  const [tone, loudness] = [context.createOscillator(), context.createGain()];
  tone.frequency.value = 620;
  loudness.gain.value = 0.08;
  tone.connect(loudness).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + 0.8);
}
