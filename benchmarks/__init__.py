"""Side-by-side measurements of the lab: `python -m benchmarks` runs all, with a name one.

harness      contestants in turn, medians, ratios beside their bars, the printed table
children     the same for contestants that need a process of their own

A benchmark is a module with a `measure()` that returns a `Report`; its docstring says what is
measured, why, and the bar. These are reports and no tests: a machine that does something else
meanwhile moves every figure, so a missed bar ends with exit code 0 like any other result.
"""
