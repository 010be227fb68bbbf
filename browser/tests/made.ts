/** Pixels from integers alone; the twin of conformance/made.py, whose README states the formulas. */

export interface Recipe {
  readonly make: "noise" | "waves" | "flat" | "ramp";
  readonly height: number;
  readonly width: number;
  readonly seed: number;
}

class Xorshift {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  byte(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return state >>> 24;
  }
}

export function noise(count: number, seed: number): Uint8Array {
  const source = new Xorshift(seed);
  return Uint8Array.from({ length: count }, () => source.byte());
}

function waves(height: number, width: number, seed: number): Uint8Array {
  const source = new Xorshift(seed);
  const total = new Int32Array(height * width);
  for (let wave = 0; wave < 3; wave++) {
    const a = source.byte() & 15;
    const b = source.byte() & 15;
    const phase = source.byte();
    for (let y = 0; y < height; y++) {
      const down = Math.floor((y * 4096) / height);
      for (let x = 0; x < width; x++) {
        const across = Math.floor((x * 4096) / width);
        const turn = (((a * across + b * down) >> 4) + phase) & 511;
        total[y * width + x]! += Math.min(turn, 511 - turn);
      }
    }
  }
  return Uint8Array.from(total, (value) => Math.floor(value / 3));
}

export function plane({ make, height, width, seed }: Recipe): Uint8Array {
  switch (make) {
    case "noise":
      return noise(height * width, seed);
    case "waves":
      return waves(height, width, seed);
    case "flat":
      return new Uint8Array(height * width).fill(seed & 255);
    case "ramp":
      return Uint8Array.from({ length: height * width }, (_, at) => ((at % width) * (seed & 7)) & 255);
  }
}

export function rgba(recipe: Recipe & { readonly alpha: boolean }): Uint8Array {
  const { height, width, seed } = recipe;
  const planes = [0, 1, 2].map((step) => plane({ ...recipe, seed: seed + step }));
  planes.push(recipe.alpha ? noise(height * width, seed + 3) : new Uint8Array(height * width).fill(255));
  return Uint8Array.from({ length: 4 * height * width }, (_, at) => planes[at & 3]![at >> 2]!);
}
