"""The report: one self-contained HTML file about one or several run folders.

    python -m harness report runs/a runs/b -o report.html

``run_data`` reads run folders, ``charts`` draws them (one module a chart), ``headline`` puts the head together,
``question_browser`` compresses what the browser of questions shows, and ``page`` fills ``templates``. All words stand
where they are used, in both languages; those of the page's script in ``translations``.
"""
