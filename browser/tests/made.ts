/** Pixels from integers alone; the twin of conformance/made.py, whose README states the formulas. */

export interface Recipe {
  readonly make: "noise" | "waves" | "flat" | "ramp" | "clouds" | "posters" | "discs" | "plaid";
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

function clouds(height: number, width: number, seed: number): Uint8Array {
  const source = new Xorshift(seed);
  const total = new Int32Array(height * width);
  for (const cell of [64, 32, 16, 8, 4]) {
    const columns = Math.floor(width / cell) + 2;
    const corners = Array.from({ length: (Math.floor(height / cell) + 2) * columns }, () => source.byte());
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = Math.floor(y / cell) * columns + Math.floor(x / cell);
        const [down, across] = [y % cell, x % cell];
        const above = corners[at]! * (cell - across) + corners[at + 1]! * across;
        const below = corners[at + columns]! * (cell - across) + corners[at + columns + 1]! * across;
        total[y * width + x]! += Math.floor((above * (cell - down) + below * down) / (cell * cell));
      }
    }
  }
  return Uint8Array.from(total, (value) => Math.floor(value / 5));
}

function posters(height: number, width: number, seed: number): Uint8Array {
  const band = Math.floor(height / 2) * width;
  return clouds(height, width, seed).map((value, at) => (at < band ? value : (value >> 6) * 64 + 32));
}

function discs(height: number, width: number, seed: number): Uint8Array {
  const source = new Xorshift(seed);
  const plane = Uint8Array.from(
    { length: height * width },
    (_, at) => Math.floor(((at % width) * 96) / width) + Math.floor((Math.floor(at / width) * 64) / height),
  );
  for (let disc = 0; disc < 24; disc++) {
    const across = Math.floor((source.byte() * width) / 256);
    const down = Math.floor((source.byte() * height) / 256);
    const reach = 8 + (source.byte() >> 2);
    const level = source.byte();
    for (let at = 0; at < plane.length; at++) {
      const [x, y] = [at % width, Math.floor(at / width)];
      if ((x - across) ** 2 + (y - down) ** 2 <= reach ** 2) plane[at]! += level;
    }
  }
  return plane;
}

function plaid(height: number, width: number, seed: number): Uint8Array {
  const across = clouds(1, width, seed);
  const down = clouds(height, 1, seed + 1);
  return Uint8Array.from({ length: height * width }, (_, at) =>
    Math.min(255, Math.floor((across[at % width]! * down[Math.floor(at / width)]! * 2) / 255)),
  );
}

export function plane({ make, height, width, seed }: Recipe): Uint8Array {
  switch (make) {
    case "noise":
      return noise(height * width, seed);
    case "waves":
      return waves(height, width, seed);
    case "clouds":
      return clouds(height, width, seed);
    case "posters":
      return posters(height, width, seed);
    case "discs":
      return discs(height, width, seed);
    case "plaid":
      return plaid(height, width, seed);
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
