/** The present instant, once a second, for as long as whoever asks lives. */
import { onScopeDispose, ref, type Ref } from "vue";

/** Milliseconds of this computer's clock; use it for lengths of time only, never for instants. */
export function useNow(): Readonly<Ref<number>> {
  const now = ref(Date.now());
  const timer = setInterval(() => (now.value = Date.now()), 1000);
  onScopeDispose(() => clearInterval(timer));
  return now;
}
