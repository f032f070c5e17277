/** What went wrong, in the API's own words: its stable `type` for us, its sentence for people. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly slug: string,
    readonly detail: string,
  ) {
    super(detail || slug);
  }

  /** The server was not reached at all. */
  get offline(): boolean {
    return this.status === 0;
  }
}

export function offline(): Problem {
  return new Problem(0, "offline", "");
}

/** Read a refusal; an answer that is none of ours (a proxy's page) becomes one by its status. */
export async function problemOf(response: Response): Promise<Problem> {
  try {
    const body = (await response.json()) as { type?: string; detail?: string };
    const slug = (body.type ?? "").replace("urn:hotline:", "");
    return new Problem(response.status, slug || `http-${response.status}`, body.detail ?? "");
  } catch {
    return new Problem(response.status, `http-${response.status}`, "");
  }
}

export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : offline();
}
