"""Signs the chapters, so that Jupyter shows their pictures and not only the words behind them.

Jupyter takes the HTML out of outputs that were not made on this machine. The chapters' outputs come
with the course, as its code does, so they are vouched for when the course opens.
"""

from __future__ import annotations

from pathlib import Path


def sign_chapters(course: Path, data: Path) -> list[str]:
    """Sign each chapter with the key in `data`; returns a line for each that cannot be read."""
    import nbformat
    from nbformat.sign import NotebookNotary

    data.mkdir(parents=True, exist_ok=True)
    notary = NotebookNotary(data_dir=str(data))
    unread = []
    for path in sorted((course / "chapters").glob("*.ipynb")):
        try:
            notary.sign(nbformat.read(path, as_version=4))
        except Exception as error:  # A damaged file makes the reader raise almost anything.
            why = str(error).partition("\n")[0]
            unread.append(
                f"chapters/{path.name} cannot be read as a notebook: {why}\n"
                f"Next: `unblocked update`, or `git checkout chapters/{path.name}` in a "
                "checkout, brings it back as it came."
            )
    notary.store.close()
    return unread
