/** Instants and durations as people of the centre read them: in Asia/Shanghai, figures aligned. */
const format = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai",
  hourCycle: "h23",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** `11-24 09:05:03`, or with the year when it is not this one. Empty for nothing. */
export function instant(iso: string | null | undefined, now = new Date()): string {
  if (!iso) return "";
  const parts = partsOf(new Date(iso));
  const day = `${parts.month}-${parts.day}`;
  const year = parts.year === partsOf(now).year ? "" : `${parts.year}-`;
  return `${year}${day} ${parts.hour}:${parts.minute}:${parts.second}`;
}

/** `3:07`, or `1:03:07` from an hour on; whole seconds. */
export function duration(seconds: number | null | undefined): string {
  if (seconds == null) return "";
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = String(whole % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

function partsOf(at: Date): Record<string, string> {
  return Object.fromEntries(format.formatToParts(at).map((part) => [part.type, part.value]));
}
