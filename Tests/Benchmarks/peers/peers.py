"""The same work as Plimsoll's benchmarks in NumPy and in Numba, written to be as quick as either lets one be.

Prints one JSON object: seconds (best of some rounds, compilation left out) by the wall and per thread by the processor,
and what was computed. Run by `Tests/Benchmarks/run`; everything it needs comes as arguments.
"""
import argparse
import csv
import json
import os
import time

parser = argparse.ArgumentParser()
parser.add_argument("task", choices=["gbm-numpy", "gbm-numba", "garch-numba", "evaluate-numba", "read-csv"])
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--assets", type=int, default=20)
parser.add_argument("--steps", type=int, default=240)
parser.add_argument("--paths", type=int, default=4096)
parser.add_argument("--folder", default="")
options = parser.parse_args()
os.environ["NUMBA_NUM_THREADS"] = str(options.threads)

BLOCK = 256


def timed(work, rounds=3):
    """Best wall seconds, and processor seconds a thread, of some rounds after one that is not counted."""
    work()
    best = (float("inf"), float("inf"))
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        best = (min(best[0], time.perf_counter() - wall), min(best[1], (time.process_time() - cpu) / options.threads))
    return {"wallSeconds": best[0], "cpuSeconds": best[1], "result": result}


def factor():
    import numpy as np

    n = options.assets
    return np.linalg.cholesky(np.full((n, n), 0.6) + 0.4 * np.eye(n))


def gbm_numpy():
    """Blocks of 256 paths that stay in the cache, one generator a thread, every operation in place."""
    import concurrent.futures
    import numpy as np

    lower = factor().T.copy()
    assets, steps, blocks = options.assets, options.steps, options.paths // BLOCK
    step_vol = 0.6 * np.sqrt(1 / 8760)
    drift = -0.5 * step_vol**2

    def part(seed):
        draws = np.random.Generator(np.random.SFC64(seed))
        normals = np.empty((steps, BLOCK, assets))
        logs = np.empty_like(normals)
        total = 0.0
        for _ in range(seed, blocks, options.threads):
            draws.standard_normal(out=normals)
            np.matmul(normals, lower, out=logs)
            logs *= step_vol
            logs += drift
            np.cumsum(logs, axis=0, out=logs)
            np.exp(logs, out=logs)
            prices = np.ascontiguousarray(logs.transpose(1, 2, 0))
            total += prices[0, 0, -1]
        return total

    def work():
        with concurrent.futures.ThreadPoolExecutor(options.threads) as pool:
            return sum(pool.map(part, range(options.threads)))

    return timed(work)


def gbm_numba():
    import numba
    import numpy as np

    lower = factor()
    step_vol = 0.6 * np.sqrt(1 / 8760)

    @numba.njit(parallel=True, fastmath=True)
    def fill(lower, out, step_vol):
        paths, assets, points = out.shape
        drift = -0.5 * step_vol * step_vol
        for path in numba.prange(paths):
            logs = np.zeros(assets)
            z = np.empty(assets)
            for asset in range(assets):
                out[path, asset, 0] = 1.0
            for step in range(1, points):
                for asset in range(assets):
                    z[asset] = np.random.standard_normal()
                for asset in range(assets):
                    shock = 0.0
                    for other in range(asset + 1):
                        shock += lower[asset, other] * z[other]
                    logs[asset] += drift + step_vol * shock
                    out[path, asset, step] = np.exp(logs[asset])

    out = np.empty((BLOCK * 2, options.assets, options.steps + 1))

    def work():
        for _ in range(max(1, options.paths // len(out))):
            fill(lower, out, step_vol)
        return float(out[0, 0, -1])

    return timed(work)


def garch_numba():
    """GARCH(1,1) with a common Student-t mixing variable per step."""
    import numba
    import numpy as np

    lower = factor()

    @numba.njit(parallel=True, fastmath=True)
    def fill(lower, out, omega, alpha, beta, nu, start):
        paths, assets, points = out.shape
        for path in numba.prange(paths):
            logs = np.zeros(assets)
            variances = np.full(assets, start)
            z = np.empty(assets)
            for asset in range(assets):
                out[path, asset, 0] = 1.0
            for step in range(1, points):
                for asset in range(assets):
                    z[asset] = np.random.standard_normal()
                mixing = np.sqrt((nu - 2) / np.random.chisquare(nu))
                for asset in range(assets):
                    shock = 0.0
                    for other in range(asset + 1):
                        shock += lower[asset, other] * z[other]
                    change = np.sqrt(variances[asset]) * shock * mixing
                    logs[asset] += change
                    variances[asset] = omega + alpha * change * change + beta * variances[asset]
                    out[path, asset, step] = np.exp(logs[asset])

    out = np.empty((BLOCK * 2, options.assets, options.steps + 1))
    variance = 0.6**2 / 8760

    def work():
        for _ in range(max(1, options.paths // len(out))):
            fill(lower, out, 0.02 * variance, 0.08, 0.90, 4.0, variance)
        return float(out[0, 0, -1])

    return timed(work)


def evaluate_numba():
    """First passage of every account along every path, each account left as soon as it is found."""
    import numba
    import numpy as np

    folder = options.folder
    starts = np.fromfile(f"{folder}/starts.i32", dtype=np.int32)
    columns = np.fromfile(f"{folder}/columns.i32", dtype=np.int32)
    quantities = np.fromfile(f"{folder}/quantities.f64")
    rates = np.fromfile(f"{folder}/rates.f64")
    cash = np.fromfile(f"{folder}/cash.f64")
    prices = np.fromfile(f"{folder}/prices.f64").reshape(-1, options.assets, options.steps + 1)

    @numba.njit(parallel=True, fastmath=True)
    def passages(starts, columns, quantities, rates, cash, prices):
        found = 0
        for path in numba.prange(prices.shape[0]):
            mine = 0
            transposed = prices[path].T.copy()
            for account in range(len(cash)):
                for step in range(1, transposed.shape[0]):
                    headroom = cash[account]
                    for k in range(starts[account], starts[account + 1]):
                        price = transposed[step, columns[k]]
                        headroom += quantities[k] * price - rates[columns[k]] * abs(quantities[k]) * price
                    if headroom < 0:
                        mine += 1
                        break
            found += mine
        return found

    return timed(lambda: int(passages(starts, columns, quantities, rates, cash, prices)), rounds=2)


def read_csv():
    """A table of positions by the csv module of Python, numbers converted."""

    def work():
        rows = 0
        with open(f"{options.folder}/positions.csv", newline="") as file:
            reader = csv.reader(file)
            next(reader)
            for row in reader:
                float(row[2])
                float(row[3] or 0)
                rows += 1
        return rows

    return timed(work, rounds=1)


print(json.dumps(globals()[options.task.replace("-", "_")]()))
