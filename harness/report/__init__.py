"""The report: one self-contained HTML file about one or several run folders.

    python -m harness report runs/a runs/b -o report.html

``gather`` reads run folders, ``figures``, ``replays`` and ``timeline`` make numbers of them (pure), ``charts`` draws
these with matplotlib, ``svg`` makes the drawings fit for a page, ``pack`` compresses what the browser of questions
shows, and ``page`` puts all of it into ``page.html`` with ``page.css`` and ``page.js``. All words stand in ``words``.
"""
